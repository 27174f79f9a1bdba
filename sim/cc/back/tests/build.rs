//! Trees by hand, in few words.

use crate::back::LinkInput;
use crate::tree::*;
use alloc::vec::Vec;

pub fn expr(kind: ExprKind, s: Scalar) -> Expr {
    Expr {
        kind,
        ty: Ty::Scalar(s),
        place: Place::default(),
    }
}

pub fn constant(n: i64, s: Scalar) -> Expr {
    expr(ExprKind::Const(super::model::extend(n as u64, s)), s)
}

pub fn local(s: Scalar) -> Local {
    Local {
        name: "x".into(),
        type_name: "int".into(),
        ty: Ty::Scalar(s),
        storage: Storage::Register,
        align: 0,
        place: Place::default(),
    }
}

pub fn symbol(name: &str, kind: SymbolKind) -> Symbol {
    Symbol {
        name: name.into(),
        external: true,
        kind,
        place: Place::default(),
    }
}

/// A function without parameters or locals.
pub fn function(symbol: SymbolId, ret: Ty, body: Vec<Stmt>) -> Function {
    Function {
        symbol,
        params: Vec::new(),
        ret,
        variadic: false,
        locals: Vec::new(),
        labels: Vec::new(),
        body,
        place: Place::default(),
        end: Place::default(),
    }
}

/// An object.
pub fn data(symbol: SymbolId, size: u32, bytes: &[u8]) -> Data {
    Data {
        symbol,
        size,
        align: 8,
        bytes: bytes.to_vec(),
        relocations: Vec::new(),
        read_only: false,
        tentative: false,
        type_name: "char []".into(),
        place: Place::default(),
    }
}

/// `return e;`
pub fn returns(e: Expr) -> Stmt {
    Stmt::Return(Some(e), Place::default())
}

/// A call without arguments that gives an `int`.
pub fn call(symbol: SymbolId) -> Expr {
    let kind = ExprKind::Call {
        callee: Callee::Symbol(symbol),
        args: Vec::new(),
        variadic: None,
        result: None,
    };
    expr(kind, Scalar::I32)
}

/// A load of an `int` object.
pub fn load(symbol: SymbolId, offset: i32) -> Expr {
    let address = expr(ExprKind::Address(symbol, offset), Scalar::U32);
    let kind = ExprKind::Load {
        address: address.into(),
        field: None,
        atomic: false,
    };
    expr(kind, Scalar::I32)
}

/// Operands and operator.
pub fn binary(op: BinaryOp, a: Expr, b: Expr) -> Expr {
    let ty = a.ty;
    let kind = ExprKind::Binary(op, a.into(), b.into());
    Expr {
        ty,
        ..expr(kind, Scalar::I32)
    }
}

/// A user's unit.
pub fn user(unit: &Unit) -> LinkInput<'_> {
    LinkInput {
        unit,
        library: false,
    }
}
