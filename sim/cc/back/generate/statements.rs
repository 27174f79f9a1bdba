//! Statements: blocks, loops, jumps.

use super::{Exits, Generator};
use crate::back::code::{Kind, Label};
use crate::tree::{Expr, ExprKind, LabelId, Place, Stmt};

impl Generator<'_> {
    pub(super) fn block(&mut self, statements: &[Stmt]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    /// A statement begins: a good place to stop.
    fn begin(&mut self, place: Place) {
        self.place = place;
        self.statement = true;
        self.high = None;
    }

    /// Generates a statement. Recursion passes through here: keep the frame small.
    pub(super) fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Expr(e) => {
                self.begin(e.place);
                self.effect(e);
            }
            Stmt::Block(statements) => self.block(statements),
            Stmt::If {
                condition,
                then,
                otherwise,
            } => self.if_statement(condition, then, otherwise.as_deref()),
            Stmt::Loop {
                condition,
                step,
                body,
                test_last,
            } => self.loop_statement(condition.as_ref(), step.as_ref(), body, *test_last),
            Stmt::Break(place) => {
                let target = self.exits.last().map(|exits| exits.on_break);
                self.jump(target, *place);
            }
            Stmt::Continue(place) => {
                let target = self.exits.iter().rev().find_map(|exits| exits.on_continue);
                self.jump(target, *place);
            }
            Stmt::Switch {
                value,
                cases,
                default,
                body,
            } => self.switch_statement(value, cases, *default, body),
            Stmt::Label(LabelId(n)) => self.push(Kind::Label(Label(*n))),
            Stmt::Goto(LabelId(n), place) => self.jump(Some(Label(*n)), *place),
            Stmt::Return(value, place) => {
                self.begin(*place);
                self.return_value(value.as_ref());
            }
        }
    }

    fn jump(&mut self, target: Option<Label>, place: Place) {
        self.begin(place);
        if let Some(target) = target {
            self.push(Kind::Jump(target));
        }
    }

    #[inline(never)]
    fn if_statement(&mut self, condition: &Expr, then: &Stmt, otherwise: Option<&Stmt>) {
        let (on_false, end) = (self.label(), self.label());
        self.begin(condition.place);
        self.branch(condition, on_false, false);
        self.statement(then);
        if let Some(otherwise) = otherwise {
            self.push(Kind::Jump(end));
            self.push(Kind::Label(on_false));
            self.statement(otherwise);
            self.push(Kind::Label(end));
        } else {
            self.push(Kind::Label(on_false));
        }
    }

    /// The test is at the bottom: one branch in each round.
    #[inline(never)]
    fn loop_statement(
        &mut self,
        condition: Option<&Expr>,
        step: Option<&Expr>,
        body: &Stmt,
        test_last: bool,
    ) {
        let (top, next, test, end) = (self.label(), self.label(), self.label(), self.label());
        let endless = condition.is_none_or(|c| matches!(c.kind, ExprKind::Const(n) if n != 0));
        if !test_last && !endless {
            if let Some(condition) = condition {
                self.begin(condition.place);
            }
            self.push(Kind::Jump(test));
        }
        self.depth = self.depth.saturating_add(1);
        self.push(Kind::Label(top));
        self.exits.push(Exits {
            on_break: end,
            on_continue: Some(next),
        });
        self.statement(body);
        self.exits.pop();
        self.push(Kind::Label(next));
        if let Some(step) = step {
            self.begin(step.place);
            self.effect(step);
        }
        self.push(Kind::Label(test));
        match condition {
            Some(condition) if !endless => {
                self.begin(condition.place);
                self.branch(condition, top, true);
            }
            _ => self.push(Kind::Jump(top)),
        }
        self.depth = self.depth.saturating_sub(1);
        self.push(Kind::Label(end));
    }

    /// The body of a `switch`, out of which `break` leads to `end`.
    pub(super) fn switch_body(&mut self, body: &Stmt, end: Label) {
        self.exits.push(Exits {
            on_break: end,
            on_continue: None,
        });
        self.statement(body);
        self.exits.pop();
        self.push(Kind::Label(end));
    }

    /// The expression of a `switch`, or the last one of a statement expression, begins here.
    pub(super) fn begin_value(&mut self, value: &Expr) {
        self.begin(value.place);
    }
}
