//! Labels and `goto` (C17 §6.8.6.1), and of gcc's: labels of a block's own (`__label__`), labels as values
//! (`&&label`, `goto *pointer`).
//!
//! The value of `&&label` is a number that means the label, not an address of code: `goto *pointer` goes to
//! one place of the function, behind its end, where a `switch` over these numbers leads on. So no pointer
//! into code exists that is not a function's, and a wrong one is a trap.

use super::build::{constant, convert, node};
use super::checker::{Abort, Checker, Parse, place};
use super::errors;
use super::function::{FunctionState, NamedLabel};
use super::names::Name;
use super::token::{Kind, Location};
use super::types::VOID;
use super::value::Value;
use crate::tree::{Case, Expr, ExprKind, LabelId, LocalId, Place, Scalar, Stmt, Ty};
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

/// Where the computed `goto`s of a function meet.
pub struct Dispatch {
    /// Holds the number of the label.
    target: LocalId,
    /// Where the `switch` is.
    label: LabelId,
}

impl Checker<'_> {
    /// `name :`
    pub fn take_label(&mut self) -> Parse<LabelId> {
        let token = self.advance();
        self.advance();
        let (id, old) = self.named_label(token.text, |label| label.defined.replace(token.at))?;
        if let Some(old) = old {
            let (old, text) = (self.span(old), self.names.text(token.text));
            self.say(token.at, |span| errors::redefinition(span, &text, old));
        }
        Ok(id)
    }

    /// The label of this name, new or known; `change` notes what is learned about it.
    fn named_label<T>(
        &mut self,
        name: Name,
        change: impl FnOnce(&mut NamedLabel) -> T,
    ) -> Parse<(LabelId, T)> {
        let text = self.names.text(name);
        let function = self.function.as_mut().ok_or(Abort)?;
        if !function.named_labels.contains_key(&name) {
            let id = function.new_label(text);
            function.named_labels.insert(
                name,
                NamedLabel {
                    id,
                    defined: None,
                    used: None,
                },
            );
        }
        let label = function.named_labels.get_mut(&name).ok_or(Abort)?;
        let result = change(label);
        Ok((label.id, result))
    }

    pub fn goto_statement(&mut self) -> Parse<Stmt> {
        let at = self.advance().at;
        let token = self.peek();
        if token.kind == Kind::Star {
            self.advance();
            return self.computed_goto(at);
        }
        if !token.is_identifier() {
            return self.unexpected("a label's name after `goto`");
        }
        self.advance();
        let (id, ()) = self.named_label(token.text, |label| {
            label.used.get_or_insert(at);
        })?;
        self.semicolon()?;
        Ok(Stmt::Goto(id, place(at)))
    }

    /// After `goto *`.
    fn computed_goto(&mut self, at: Location) -> Parse<Stmt> {
        let value = self.expression()?;
        self.semicolon()?;
        let value = self.decay(value);
        if self.types.pointee(value.ty.id).is_none() && !value.poisoned() {
            let name = self.plain_name(value.ty.id);
            self.say(value.at, |span| errors::bad_operand(span, "goto *", &name));
        }
        let (target, label) = self.dispatch(place(at))?;
        let set = ExprKind::SetLocal(target, Box::new(convert(value.expr(), Scalar::U32)));
        let set = node(set, Scalar::U32, place(at));
        Ok(Stmt::Block(vec![
            Stmt::Expr(set),
            Stmt::Goto(label, place(at)),
        ]))
    }

    fn dispatch(&mut self, at: Place) -> Parse<(LocalId, LabelId)> {
        if let Some(known) = self.function.as_ref().and_then(|f| f.dispatch.as_ref()) {
            return Ok((known.target, known.label));
        }
        let target = self.temporary(Ty::Scalar(Scalar::U32), at);
        let label = self.new_label("goto *".into())?;
        if let Some(function) = &mut self.function {
            function.dispatch = Some(Dispatch { target, label });
        }
        Ok((target, label))
    }

    /// `&&label`
    pub fn label_address(&mut self) -> Parse<Value> {
        let at = self.advance().at;
        let token = self.peek();
        if self.function.is_none() {
            self.say(at, |span| {
                errors::unsupported(span, "the value of a label outside of a function", "")
            });
        }
        if !token.is_identifier() {
            return self.unexpected("a label's name after `&&`");
        }
        self.advance();
        let (id, ()) = self.named_label(token.text, |label| {
            label.used.get_or_insert(token.at);
        })?;
        if let Some(function) = &mut self.function
            && !function.label_values.contains(&id)
        {
            function.label_values.push(id);
        }
        let ty = self.types.pointer(VOID.plain());
        let number = constant(number_of(id), Scalar::U32, place(at));
        Ok(Value::new(number, ty, at))
    }

    /// `__label__ a, b;`: from here to the end of the block these names are labels of the block.
    pub fn declare_local_labels(&mut self) -> Parse<()> {
        self.advance();
        loop {
            let token = self.peek();
            if !token.is_identifier() {
                return self.unexpected("a label's name");
            }
            self.advance();
            let depth = self.scopes.depth();
            let function = self.function.as_mut().ok_or(Abort)?;
            let outside = function.named_labels.remove(&token.text);
            function.local_labels.push((depth, token.text, outside));
            if !self.accept(Kind::Comma) {
                return self.semicolon();
            }
        }
    }

    /// At the end of a block: its own labels go, and their names mean again what they mean around it.
    pub fn leave_local_labels(&mut self) {
        let depth = self.scopes.depth();
        while let Some(function) = &mut self.function
            && let Some((_, name, outside)) =
                function.local_labels.pop_if(|&mut (own, ..)| own >= depth)
        {
            let own = function.named_labels.remove(&name);
            if let Some(outside) = outside {
                function.named_labels.insert(name, outside);
            }
            self.check_labels(own.iter().map(|label| (&name, label)));
        }
    }

    /// Complains of labels that are nowhere.
    pub fn check_labels<'l>(&mut self, labels: impl Iterator<Item = (&'l Name, &'l NamedLabel)>) {
        for (&label, found) in labels {
            if let (None, Some(used)) = (found.defined, found.used) {
                let text = self.names.text(label);
                self.say(used, |span| errors::undefined_label(span, &text));
            }
        }
    }
}

/// What `&&label` is: not null, and no address of anything.
fn number_of(label: LabelId) -> u64 {
    4 + 4 * u64::from(label.0)
}

/// Behind the end of a function with a computed `goto`: the `switch` that leads on.
pub fn add_dispatch(state: &FunctionState, body: &mut Vec<Stmt>, end: Place) {
    let Some(dispatch) = &state.dispatch else {
        return;
    };
    let cases = state.label_values.iter().map(|&label| Case {
        low: number_of(label),
        high: number_of(label),
        label,
    });
    body.push(Stmt::Return(None, end));
    body.push(Stmt::Label(dispatch.label));
    body.push(Stmt::Switch {
        value: node(ExprKind::Local(dispatch.target), Scalar::U32, end),
        cases: cases.collect(),
        default: None,
        body: Box::new(Stmt::Block(Vec::new())),
    });
    body.push(Stmt::Expr(Expr {
        kind: ExprKind::Trap,
        ty: Ty::Void,
        place: end,
    }));
}
