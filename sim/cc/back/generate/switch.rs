//! `switch`: a few comparisons in a row, many as a binary search.

use super::{Generator, Value, scalar_of};
use crate::back::code::{Kind, Label, V};
use crate::tree::{BinaryOp, Case, Expr, LabelId, Stmt};
use alloc::vec::Vec;

/// Up to here cases are compared one after the other.
const LINEAR: usize = 4;

/// A case of a 32-bit value.
struct Words {
    low: i32,
    high: i32,
    label: Label,
}

impl Generator<'_> {
    #[inline(never)]
    pub(super) fn switch_statement(
        &mut self,
        value: &Expr,
        cases: &[Case],
        default: Option<LabelId>,
        body: &Stmt,
    ) {
        let end = self.label();
        let otherwise = default.map_or(end, |LabelId(n)| Label(n));
        self.begin_value(value);
        let signed = scalar_of(value.ty).signed();
        match self.expr(value) {
            Value::Two(low, high) => self.wide_cases((low, high), cases, signed),
            value => {
                let mut sorted: Vec<Words> = cases
                    .iter()
                    .map(|case| Words {
                        low: case.low as u32 as i32,
                        high: case.high as u32 as i32,
                        label: Label(case.label.0),
                    })
                    .collect();
                if sorted.len() > LINEAR {
                    sorted.sort_by_key(|case| order(case.low, signed));
                }
                self.search(Self::low(value), &sorted, signed, otherwise);
            }
        }
        self.push(Kind::Jump(otherwise));
        self.switch_body(body, end);
    }

    fn wide_cases(&mut self, value: (V, V), cases: &[Case], signed: bool) {
        for case in cases {
            let label = Label(case.label.0);
            let low = self.wide_constant(case.low);
            if case.low == case.high {
                let equal = self.wide_compare(BinaryOp::Eq, value, low, signed);
                self.branch_if(true, equal, label);
                continue;
            }
            let high = self.wide_constant(case.high);
            let below = self.wide_compare(BinaryOp::Lt, value, low, signed);
            let above = self.wide_compare(BinaryOp::Gt, value, high, signed);
            let outside = self.rr(sim_abi::Op::Or, below, above);
            self.branch_if(false, outside, label);
        }
    }

    fn wide_constant(&mut self, bits: u64) -> (V, V) {
        let low = self.li(bits as u32 as i32);
        (low, self.li((bits >> 32) as u32 as i32))
    }

    /// Goes to the case's label if it has the value.
    fn one_case(&mut self, v: V, case: &Words, signed: bool) {
        let low = self.li(case.low);
        if case.low == case.high {
            self.compare_and_branch(BinaryOp::Eq, v, low, signed, case.label);
            return;
        }
        let past = self.label();
        self.compare_and_branch(BinaryOp::Lt, v, low, signed, past);
        let high = self.li(case.high);
        self.compare_and_branch(BinaryOp::Le, v, high, signed, case.label);
        self.push(Kind::Label(past));
    }

    /// Halves the cases until a few are left; `otherwise` if none matches.
    fn search(&mut self, v: V, cases: &[Words], signed: bool, otherwise: Label) {
        if cases.len() <= LINEAR {
            for case in cases {
                self.one_case(v, case, signed);
            }
            return;
        }
        let (lower, upper) = cases.split_at(cases.len() / 2);
        let up = self.label();
        let middle = self.li(upper[0].low);
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
