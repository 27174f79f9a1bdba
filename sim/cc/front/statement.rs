//! Statements (C17 §6.8).

use super::assignment::Into;
use super::build;
use super::checker::{Abort, Checker, Parse, place};
use super::errors;
use super::function::SwitchState;
use super::names;
use super::token::{Kind, LINE_START, Location, Token};
use super::types::{self, VOID};
use super::value::Value;
use crate::tree::{Case, Expr, LabelId, Stmt};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The most cases of one `switch`.
const CASES_MAX: usize = 1 << 16;
/// The most `else if` in a row: they lie in each other in the tree.
const ELSE_IF_MAX: usize = 600;

impl Checker<'_> {
    /// Statements and declarations up to the `}` of the block opened at `open`.
    pub fn block_items(&mut self, open: Location, out: &mut Vec<Stmt>) -> Parse<()> {
        while self.kind() != Kind::RightBrace {
            if self.kind() == Kind::Eof {
                if !self.report.stopped() && !self.report.rest_lost() {
                    let span = self.span(open);
                    self.report.add(errors::unclosed_brace(span));
                }
                return Err(Abort);
            }
            let start = self.position;
            if self.block_item(out).is_err() {
                self.recover_statement(start);
            }
        }
        self.leave_local_labels();
        self.advance();
        Ok(())
    }

    /// One declaration or statement.
    pub fn block_item(&mut self, out: &mut Vec<Stmt>) -> Parse<()> {
        self.mend_statement();
        if self.at_word(names::LABEL__) {
            return self.declare_local_labels();
        }
        if self.starts_declaration() {
            return self.local_declaration(out);
        }
        let statement = self.statement()?;
        out.push(statement);
        Ok(())
    }

    /// After a syntax error: goes on behind the next `;` or before `}` or a statement's keyword.
    fn recover_statement(&mut self, start: usize) {
        if self.position == start && self.kind() != Kind::RightBrace {
            self.advance();
        }
        loop {
            let token = self.peek();
            match token.kind {
                Kind::Eof | Kind::RightBrace => return,
                Kind::Semicolon => {
                    self.advance();
                    return;
                }
                Kind::LeftBrace => {
                    self.skip_one();
                    return;
                }
                _ if token.flags & LINE_START != 0
                    && self.position > start
                    && starts_statement(&token) =>
                {
                    return;
                }
                // The parenthesis that the error is about may be unbalanced.
                _ => {
                    self.advance();
                }
            }
        }
    }

    /// A statement.
    pub fn statement(&mut self) -> Parse<Stmt> {
        self.nested("statement", Checker::statement_here)
    }

    fn statement_here(&mut self) -> Parse<Stmt> {
        self.mend_statement();
        let token = self.peek();
        match token.kind {
            Kind::LeftBrace => return self.block(),
            Kind::Semicolon => {
                self.advance();
                return Ok(Stmt::Block(Vec::new()));
            }
            Kind::Identifier => {}
            _ => return self.expression_statement(),
        }
        if token.is_identifier() && self.second().kind == Kind::Colon {
            return self.label();
        }
        match token.text {
            // C17 §6.8.4p3 and §6.8.5p5: each is a block, and so is each of its parts.
            names::IF => self.scoped(Self::if_statement),
            names::WHILE => self.scoped(Self::while_statement),
            names::DO => self.scoped(Self::do_statement),
            names::FOR => self.scoped(Self::for_statement),
            names::SWITCH => self.scoped(Self::switch_statement),
            names::CASE => self.case_label(),
            names::DEFAULT => self.default_label(),
            names::RETURN => self.return_statement(),
            names::BREAK => self.jump(true),
            names::CONTINUE => self.jump(false),
            names::GOTO => self.goto_statement(),
            names::ASM | names::ASM__ | names::ASM____ => self.assembly_statement(),
            names::ELSE => {
                self.say(token.at, errors::else_without_if);
                self.advance();
                self.statement()
            }
            names::ATTRIBUTE__ | names::ATTRIBUTE____ => {
                self.skip_attributes();
                self.accept(Kind::Semicolon);
                Ok(Stmt::Block(Vec::new()))
            }
            _ if self.starts_declaration() => {
                // `if (x) int y;` is no C; what is meant is clear enough to go on.
                self.say(token.at, errors::declaration_not_allowed);
                let mut out = Vec::new();
                self.local_declaration(&mut out)?;
                Ok(Stmt::Block(out))
            }
            _ => self.expression_statement(),
        }
    }

    fn block(&mut self) -> Parse<Stmt> {
        let open = self.advance().at;
        let mut out = Vec::new();
        self.scoped(|this| this.block_items(open, &mut out))?;
        Ok(Stmt::Block(out))
    }

    /// Parses in a scope of its own.
    fn scoped<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        self.scopes.push();
        let result = parse(self);
        self.scopes.pop();
        result
    }

    fn expression_statement(&mut self) -> Parse<Stmt> {
        let value = self.expression()?;
        let expr = self.discard(value);
        self.semicolon()?;
        Ok(Stmt::Expr(expr))
    }

    /// `( expression )` of `if`, `while`, `switch`.
    fn parenthesised(&mut self) -> Parse<Value> {
        let open = self.expect(Kind::LeftParen)?.at;
        self.warn_of_assignment();
        let value = self.expression()?;
        self.close_paren(open)?;
        Ok(value)
    }

    /// `if (x = 2)`: a condition that is always the same is surely meant to compare.
    fn warn_of_assignment(&mut self) {
        if let Some([name, equal, value, close]) = self.tokens.get(self.position..self.position + 4)
            && name.is_identifier()
            && equal.kind == Kind::Equal
            && matches!(value.kind, Kind::Number | Kind::Character)
            && close.kind == Kind::RightParen
        {
            self.say(equal.at, errors::assignment_as_condition);
        }
    }

    /// A chain of `else if` is read in a loop.
    fn if_statement(&mut self) -> Parse<Stmt> {
        let mut arms: Vec<(Expr, Stmt)> = Vec::new();
        let mut last = None;
        loop {
            self.advance();
            let condition = self.parenthesised()?;
            let condition = self.condition(condition, "if");
            let then = self.scoped(Self::statement)?;
            arms.push((condition, then));
            self.deepest = self.deepest.max(arms.len() as u32);
            if arms.len() > ELSE_IF_MAX {
                return Err(self.too_deep("chain of `else if`"));
            }
            self.mend_statement();
            if !self.accept_word(names::ELSE) {
                break;
            }
            if !self.at_word(names::IF) {
                last = Some(Box::new(self.scoped(Self::statement)?));
                break;
            }
        }
        for (condition, then) in arms.into_iter().rev() {
            last = Some(Box::new(Stmt::If {
                condition,
                then: Box::new(then),
                otherwise: last,
            }));
        }
        last.map(|statement| *statement).ok_or(Abort)
    }

    fn loop_body(&mut self) -> Parse<Box<Stmt>> {
        self.enter_loop(1, 1);
        let body = self.scoped(Self::statement);
        self.enter_loop(-1, -1);
        Ok(Box::new(body?))
    }

    fn enter_loop(&mut self, loops: i32, breakable: i32) {
        if let Some(function) = &mut self.function {
            function.loops = function.loops.wrapping_add_signed(loops);
            function.breakable = function.breakable.wrapping_add_signed(breakable);
        }
    }

    fn while_statement(&mut self) -> Parse<Stmt> {
        self.advance();
        let condition = self.parenthesised()?;
        let condition = self.loop_condition(condition, "while");
        let body = self.loop_body()?;
        Ok(Stmt::Loop {
            condition,
            step: None,
            body,
            test_last: false,
        })
    }

    /// `while (1)` has no condition.
    fn loop_condition(&mut self, value: Value, what: &str) -> Option<Expr> {
        let condition = self.condition(value, what);
        match build::known_truth(&condition) {
            Some(true) => None,
            _ => Some(condition),
        }
    }

    fn do_statement(&mut self) -> Parse<Stmt> {
        self.advance();
        let body = self.loop_body()?;
        if !self.accept_word(names::WHILE) {
            return self.unexpected("`while` after the body of `do`");
        }
        let condition = self.parenthesised()?;
        let condition = self.loop_condition(condition, "while");
        self.semicolon()?;
        Ok(Stmt::Loop {
            condition,
            step: None,
            body,
            test_last: true,
        })
    }

    fn for_statement(&mut self) -> Parse<Stmt> {
        self.advance();
        let open = self.expect(Kind::LeftParen)?.at;
        let mut before = Vec::new();
        if self.starts_declaration() {
            self.local_declaration(&mut before)?;
        } else if !self.accept(Kind::Semicolon) {
            let value = self.expression()?;
            before.push(Stmt::Expr(self.discard(value)));
            self.expect(Kind::Semicolon)?;
        }
        let condition = match self.kind() {
            Kind::Semicolon => None,
            _ => {
                let value = self.expression()?;
                self.loop_condition(value, "for")
            }
        };
        self.expect(Kind::Semicolon)?;
        let step = match self.kind() {
            Kind::RightParen => None,
            _ => {
                let value = self.expression()?;
                Some(self.discard(value))
            }
        };
        self.close_paren(open)?;
        let body = self.loop_body()?;
        let repeat = Stmt::Loop {
            condition,
            step,
            body,
            test_last: false,
        };
        if before.is_empty() {
            return Ok(repeat);
        }
        before.push(repeat);
        Ok(Stmt::Block(before))
    }

    fn switch_statement(&mut self) -> Parse<Stmt> {
        self.advance();
        let value = self.parenthesised()?;
        let value = self.promote(value);
        if !self.types.is_integer(value.ty.id) {
            let name = self.plain_name(value.ty.id);
            self.say(value.at, |span| errors::switch_type(span, &name));
        }
        let value = match self.types.is_integer(value.ty.id) {
            true => value.expr(),
            false => Value::poison(value.at).expr(),
        };
        let scalar = build::scalar_of(&value);
        let Some(function) = &mut self.function else {
            return Err(Abort);
        };
        let state = SwitchState {
            cases: Vec::new(),
            seen: BTreeMap::new(),
            default: None,
            scalar,
        };
        function.switches.push(state);
        self.enter_loop(0, 1);
        let body = self.scoped(Self::statement);
        self.enter_loop(0, -1);
        let state = self
            .function
            .as_mut()
            .and_then(|f| f.switches.pop())
            .ok_or(Abort)?;
        Ok(Stmt::Switch {
            value,
            cases: state.cases,
            default: state.default.map(|(label, _)| label),
            body: Box::new(body?),
        })
    }

    pub fn new_label(&mut self, name: String) -> Parse<LabelId> {
        self.function
            .as_mut()
            .map(|f| f.new_label(name))
            .ok_or(Abort)
    }

    /// Labels in a row are read in a loop; then the labelled statement, if one follows.
    fn labelled(&mut self, label: LabelId) -> Parse<Stmt> {
        let mut out = alloc::vec![Stmt::Label(label)];
        loop {
            self.skip_attributes();
            let token = self.peek();
            // C23 and gcc: a label may stand at the end of a block and before a declaration.
            if token.kind == Kind::RightBrace || self.starts_declaration() {
                break;
            }
            let another = token.is_identifier() && self.second().kind == Kind::Colon;
            if another {
                out.push(Stmt::Label(self.take_label()?));
            } else if token.is_word(names::CASE) {
                let label = self.take_case()?;
                out.push(Stmt::Label(label));
            } else if token.is_word(names::DEFAULT) {
                let label = self.take_default()?;
                out.push(Stmt::Label(label));
            } else {
                out.push(self.statement()?);
                break;
            }
        }
        Ok(Stmt::Block(out))
    }

    fn case_label(&mut self) -> Parse<Stmt> {
        let label = self.take_case()?;
        self.labelled(label)
    }

    fn default_label(&mut self) -> Parse<Stmt> {
        let label = self.take_default()?;
        self.labelled(label)
    }

    fn label(&mut self) -> Parse<Stmt> {
        let label = self.take_label()?;
        self.labelled(label)
    }

    /// `case a:` or gcc's `case a ... b:`
    fn take_case(&mut self) -> Parse<LabelId> {
        let at = self.advance().at;
        let value_at = self.peek().at;
        let low = self.integer_constant("the value of a `case`")?;
        let mut high = low;
        if self.accept(Kind::Ellipsis) {
            high = self.integer_constant("the value of a `case`")?;
        }
        self.expect(Kind::Colon)?;
        let (from, to) = match (low, high) {
            (Some((low, _)), Some((high, _))) => (low, high),
            _ => (0, -1),
        };
        let name = if from == to {
            format!("case {from}")
        } else {
            format!("case {from} ... {to}")
        };
        let label = self.new_label(name)?;
        let Some(state) = self.function.as_mut().and_then(|f| f.switches.last_mut()) else {
            self.say(at, |span| errors::outside_switch(span, "case"));
            return Ok(label);
        };
        if state.cases.len() > CASES_MAX {
            self.say(value_at, errors::too_many_cases);
            return Ok(label);
        }
        let [low, high] = [from, to].map(|n| build::wrap(n as u64, state.scalar));
        let (first, last) = (state.rank(low), state.rank(high));
        if first > last {
            // An empty range.
            return Ok(label);
        }
        if let Some((rank, old)) = state.taken(first, last) {
            // What makes a rank makes it a value again.
            let value = state.rank(rank) as i64;
            let old = self.span(old);
            self.say(at, |span| errors::duplicate_case(span, value, old));
            return Ok(label);
        }
        state.seen.insert(first, (last, at));
        state.cases.push(Case { low, high, label });
        Ok(label)
    }

    fn take_default(&mut self) -> Parse<LabelId> {
        let at = self.advance().at;
        self.expect(Kind::Colon)?;
        let label = self.new_label("default".into())?;
        let Some(state) = self.function.as_mut().and_then(|f| f.switches.last_mut()) else {
            self.say(at, |span| errors::outside_switch(span, "default"));
            return Ok(label);
        };
        if let Some((_, old)) = state.default {
            let old = self.span(old);
            self.say(at, |span| errors::duplicate_default(span, old));
        } else {
            state.default = Some((label, at));
        }
        Ok(label)
    }

    fn jump(&mut self, is_break: bool) -> Parse<Stmt> {
        let at = self.advance().at;
        let inside = self.function.as_ref().is_some_and(|f| match is_break {
            true => f.breakable > 0,
            false => f.loops > 0,
        });
        if !inside {
            self.say(at, |span| match is_break {
                true => errors::outside_loop(span, "break", "a loop or `switch`"),
                false => errors::outside_loop(span, "continue", "a loop"),
            });
        }
        self.semicolon()?;
        Ok(if is_break {
            Stmt::Break(place(at))
        } else {
            Stmt::Continue(place(at))
        })
    }

    fn return_statement(&mut self) -> Parse<Stmt> {
        let token: Token = self.advance();
        let ret = self.function.as_ref().map_or(types::INT.plain(), |f| f.ret);
        let name = self
            .function
            .as_ref()
            .map(|f| f.name.clone())
            .unwrap_or_default();
        if self.accept(Kind::Semicolon) {
            if ret.id != VOID && ret.id != types::POISON {
                let found = self.type_name(ret);
                self.say(token.at, |span| {
                    errors::return_without_value(span, &name, &found)
                });
            }
            return Ok(Stmt::Return(None, place(token.at)));
        }
        let value = self.expression()?;
        let place = place(token.at);
        if ret.id == VOID {
            let at = value.at;
            let void = value.ty.id == VOID || value.poisoned();
            let expr = self.discard(value);
            if !void {
                self.say(at, |span| errors::return_with_value(span, &name));
            }
            self.semicolon()?;
            return Ok(Stmt::Block(alloc::vec![
                Stmt::Expr(expr),
                Stmt::Return(None, place)
            ]));
        }
        let value = self.convert_to(value, ret, &Into::Return);
        let expr = value.expr();
        self.semicolon()?;
        Ok(Stmt::Return(Some(expr), place))
    }
}

/// Keywords that begin a statement or declaration.
fn starts_statement(token: &Token) -> bool {
    token.is_keyword()
        && !matches!(
            token.text,
            names::SIZEOF
                | names::ELSE
                | names::CASE
                | names::DEFAULT
                | names::ALIGNOF
                | names::GENERIC
        )
        || token.is_identifier()
}
