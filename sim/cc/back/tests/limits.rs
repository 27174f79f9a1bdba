//! Deep trees, functions with far branches, frames beyond 12-bit offsets.

use super::build::{binary, constant, expr, function, load, local, returns, symbol, user};
use super::machine::execute;
use crate::back::link;
use crate::tree::*;
use alloc::vec;
use alloc::vec::Vec;

const INT: Ty = Ty::Scalar(Scalar::I32);

/// A program of one function: its exit status.
fn status(main: Function, data: Vec<Data>) -> u32 {
    let unit = Unit {
        files: vec!["limits.c".into()],
        symbols: vec![
            symbol("main", SymbolKind::Function),
            symbol("object", SymbolKind::Object),
        ],
        functions: vec![main],
        data,
    };
    execute(&link(&[user(&unit)]).expect("the program is complete")).status
}

fn nested(depth: u32, left: bool) -> Expr {
    (0..depth).fold(load(SymbolId(1), 0), |inner, _| {
        let one = load(SymbolId(1), 4);
        if left {
            binary(BinaryOp::Add, inner, one)
        } else {
            binary(BinaryOp::Add, one, inner)
        }
    })
}

/// 3000 levels, each its own operator: in a 2 MiB stack, in a debug build. Nested to the right, all
/// left operands wait: most of them in the frame.
#[test]
fn deep_trees_do_not_overflow_the_stack() {
    let run = || {
        for left in [false, true] {
            let main = function(SymbolId(0), INT, vec![returns(nested(3000, left))]);
            let mut object = super::build::data(SymbolId(1), 8, &[5, 0, 0, 0, 1]);
            object.align = 4;
            assert_eq!(status(main, vec![object]), 3005);
        }
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run);
    thread.expect("a thread").join().expect("no overflow");
}

/// A loop whose body is longer than a branch reaches (4 KiB), and one longer than a jump (1 MiB).
#[test]
fn branches_reach_over_large_bodies() {
    for stores in [1_500, 140_000] {
        let (i, sum) = (LocalId(0), LocalId(1));
        let get = |l| expr(ExprKind::Local(l), Scalar::I32);
        let set = |l, e: Expr| expr(ExprKind::SetLocal(l, e.into()), Scalar::I32);
        let add = |l, n| set(l, binary(BinaryOp::Add, get(l), constant(n, Scalar::I32)));
        let object = || expr(ExprKind::Address(SymbolId(1), 0), Scalar::U32);
        let store = || {
            let kind = ExprKind::Store {
                address: object().into(),
                value: get(i).into(),
                field: None,
                atomic: false,
            };
            Stmt::Expr(expr(kind, Scalar::I32))
        };
        let mut body: Vec<Stmt> = (0..stores).map(|_| store()).collect();
        body.push(Stmt::If {
            condition: binary(BinaryOp::Eq, get(i), constant(2, Scalar::I32)),
            then: Stmt::Continue(Place::default()).into(),
            otherwise: None,
        });
        body.push(Stmt::Expr(add(sum, 3)));
        let all = Stmt::Loop {
            condition: Some(binary(BinaryOp::Lt, get(i), constant(5, Scalar::I32))),
            step: Some(add(i, 1)),
            body: Stmt::Block(body).into(),
            test_last: false,
        };
        let zero = |l| Stmt::Expr(set(l, constant(0, Scalar::I32)));
        let body = vec![zero(i), zero(sum), all, returns(get(sum))];
        let main = Function {
            locals: vec![local(Scalar::I32), local(Scalar::I32)],
            ..function(SymbolId(0), INT, body)
        };
        assert_eq!(
            status(main, vec![super::build::data(SymbolId(1), 8, &[])]),
            12
        );
    }
}
