//! `switch`: a few comparisons in a row, many as a binary search.

use super::{Generator, Value, scalar_of};
use crate::back::code::{Kind, Label, V};
use crate::tree::{BinaryOp, Expr, LabelId, Stmt};
use alloc::vec::Vec;

/// Up to here cases are compared one after the other.
const LINEAR: usize = 4;

impl Generator<'_> {
    #[inline(never)]
    pub(super) fn switch_statement(
        &mut self,
        value: &Expr,
        cases: &[(u64, LabelId)],
        default: Option<LabelId>,
        body: &Stmt,
    ) {
        let end = self.label();
        let otherwise = default.map_or(end, |LabelId(n)| Label(n));
        self.begin_value(value);
        let signed = scalar_of(value.ty).signed();
        match self.expr(value) {
            Value::Two(low, high) => self.wide_cases((low, high), cases),
            value => {
                let mut sorted: Vec<(i32, Label)> = cases
                    .iter()
                    .map(|&(bits, LabelId(n))| (bits as u32 as i32, Label(n)))
                    .collect();
                if sorted.len() > LINEAR {
                    sorted.sort_by_key(|&(n, _)| order(n, signed));
                }
                self.search(Self::low(value), &sorted, signed, otherwise);
            }
        }
        self.push(Kind::Jump(otherwise));
        self.switch_body(body, end);
    }

    fn wide_cases(&mut self, value: (V, V), cases: &[(u64, LabelId)]) {
        for &(bits, LabelId(n)) in cases {
            let low = self.li(bits as u32 as i32);
            let high = self.li((bits >> 32) as u32 as i32);
            let low = self.difference(value.0, low);
            let high = self.difference(value.1, high);
            let any = self.rr(sim_abi::Op::Or, low, high);
            self.branch_if(false, any, Label(n));
        }
    }

    /// Halves the cases until a few are left; `otherwise` if none matches.
    fn search(&mut self, v: V, cases: &[(i32, Label)], signed: bool, otherwise: Label) {
        if cases.len() <= LINEAR {
            for &(n, label) in cases {
                let n = self.li(n);
                self.compare_and_branch(BinaryOp::Eq, v, n, signed, label);
            }
            return;
        }
        let (lower, upper) = cases.split_at(cases.len() / 2);
        let up = self.label();
        let middle = self.li(upper[0].0);
        self.compare_and_branch(BinaryOp::Ge, v, middle, signed, up);
        self.search(v, lower, signed, otherwise);
        self.push(Kind::Jump(otherwise));
        self.push(Kind::Label(up));
        self.search(v, upper, signed, otherwise);
    }
}

/// Sorts signed and unsigned constants alike.
fn order(n: i32, signed: bool) -> u32 {
    if signed {
        n as u32 ^ 0x8000_0000
    } else {
        n as u32
    }
}
