//! Function definitions and the top level of a translation unit (C17 §6.9).
//!
//! Which variables may live in registers must be known at their first use: the body's tokens are
//! searched for `&name` before it is parsed. The search may take a variable too many (two of the
//! same name, `(a) & b`), never one too few. In a function that calls `setjmp`, no variable may.

use super::build::{constant, convert, node};
use super::checker::{Abort, Checker, Parse, place};
use super::declarator::{Declarator, Parameter};
use super::errors;
use super::labels::{Dispatch, add_dispatch};
use super::names::{self, Name};
use super::scope::Meaning;
use super::specifiers::{Class, Specifiers};
use super::token::{Kind, LINE_START, Location};
use super::types::{self, Q, VOID};
use super::variable_array::start_allocating;
use crate::tree::{
    Case, Expr, ExprKind, Function, LabelId, Local, LocalId, Scalar, Stmt, Storage, Ty,
};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

/// A label of `goto`.
pub struct NamedLabel {
    pub id: LabelId,
    pub defined: Option<Location>,
    pub used: Option<Location>,
}

/// A `switch` being parsed.
pub struct SwitchState {
    pub cases: Vec<Case>,
    /// The same in the order of their values (see [`Self::rank`]): the first one's to the last one's, and the place.
    pub seen: BTreeMap<u64, (u64, Location)>,
    pub default: Option<(LabelId, Location)>,
    pub scalar: Scalar,
}

impl SwitchState {
    /// Turns a value's bits into a number that is ordered as the value is.
    pub fn rank(&self, bits: u64) -> u64 {
        match self.scalar.signed() {
            true => bits ^ 1 << 63,
            false => bits,
        }
    }

    /// The first value from `low` to `high` (ranks) that a case has already, and that case's place.
    pub fn taken(&self, low: u64, high: u64) -> Option<(u64, Location)> {
        let before = self.seen.range(..=low).next_back();
        if let Some((_, &(_, at))) = before.filter(|(_, (end, _))| *end >= low) {
            return Some((low, at));
        }
        let (&start, &(_, at)) = self.seen.range(low..=high).next()?;
        Some((start, at))
    }
}

/// The function being parsed.
pub struct FunctionState {
    pub name: String,
    pub ret: Q,
    pub variadic: bool,
    pub locals: Vec<Local>,
    pub labels: Vec<String>,
    pub named_labels: BTreeMap<Name, NamedLabel>,
    /// Names that a block has for itself (`__label__`): its depth, the name, and what it means around it.
    pub local_labels: Vec<(u32, Name, Option<NamedLabel>)>,
    /// Labels whose value is taken (`&&label`).
    pub label_values: Vec<LabelId>,
    /// Set by the first `goto *`.
    pub dispatch: Option<Dispatch>,
    pub switches: Vec<SwitchState>,
    /// Loops around this place.
    pub loops: u32,
    /// Loops and switches around this place.
    pub breakable: u32,
    /// Sorted names whose address is taken somewhere in the body.
    pub addressed: Vec<Name>,
    /// In a function that calls `alloca`: holds the lowest address that was allocated.
    pub lowest_allocated: Option<LocalId>,
}

impl FunctionState {
    /// A function without anything in it.
    pub fn new(name: String, ret: Q) -> FunctionState {
        FunctionState {
            name,
            ret,
            variadic: false,
            locals: Vec::new(),
            labels: Vec::new(),
            named_labels: BTreeMap::new(),
            local_labels: Vec::new(),
            label_values: Vec::new(),
            dispatch: None,
            switches: Vec::new(),
            loops: 0,
            breakable: 0,
            addressed: Vec::new(),
            lowest_allocated: None,
        }
    }

    /// A new label.
    pub fn new_label(&mut self, name: String) -> LabelId {
        self.labels.push(name);
        LabelId(self.labels.len() as u32 - 1)
    }
}

impl Checker<'_> {
    /// Everything up to the end of the file.
    pub fn translation_unit(&mut self) {
        while self.kind() != Kind::Eof && !self.report.stopped() {
            let start = self.position;
            if self.external_declaration().is_err() {
                self.recover_external(start);
            }
        }
    }

    fn recover_external(&mut self, start: usize) {
        if self.position == start {
            self.advance();
        }
        loop {
            let token = self.peek();
            match token.kind {
                Kind::Eof => return,
                Kind::Semicolon => {
                    self.advance();
                    return;
                }
                Kind::LeftBrace => {
                    self.skip_one();
                    self.accept(Kind::Semicolon);
                    return;
                }
                _ if token.at.column == 1
                    && token.flags & LINE_START != 0
                    && self.starts_type(token) =>
                {
                    return;
                }
                Kind::RightBrace => {
                    self.advance();
                }
                _ => self.skip_one(),
            }
        }
    }

    /// Statements where none can be, and the `}` that was to end them.
    fn skip_statements(&mut self) {
        loop {
            let token = self.peek();
            let declares = token.at.column == 1 && self.starts_type(token);
            match token.kind {
                Kind::Eof => return,
                _ if declares => return,
                Kind::RightBrace => {
                    self.advance();
                    return;
                }
                _ => self.skip_one(),
            }
        }
    }

    fn external_declaration(&mut self) -> Parse<()> {
        if self.accept(Kind::Semicolon) {
            return Ok(());
        }
        let token = self.peek();
        if token.is_word(names::STATIC_ASSERT) {
            return self.static_assert();
        }
        if token.is_word(names::ASM) || token.is_word(names::ASM__) || token.is_word(names::ASM____)
        {
            self.say(token.at, |span| {
                errors::unsupported(span, "inline assembly", "")
            });
            return Err(Abort);
        }
        if matches!(
            token.kind,
            Kind::RightBrace | Kind::RightParen | Kind::RightBracket
        ) {
            self.advance();
            self.say(token.at, |span| errors::stray(span, token.kind.spelling()));
            return Ok(());
        }
        let token = self.peek();
        if token.is_keyword() && self.position > 0 && is_statement(token.text) {
            self.say(token.at, errors::statement_outside);
            self.skip_statements();
            return Ok(());
        }
        let specifiers = self.specifiers()?;
        if self.accept(Kind::Semicolon) {
            return Ok(());
        }
        if self.lacks_semicolon() {
            return self.semicolon();
        }
        let mut first = true;
        let mut nothing = Vec::new();
        loop {
            let mut declarator = self.declarator(specifiers.ty)?;
            let list = declarator.list.take();
            let function = self.types.is_function(declarator.ty.id)
                && specifiers.class != Some(Class::Typedef);
            if let Some(list) = list.filter(|_| first && function) {
                let old_style = self.starts_declaration() && (list.old_style || !list.prototype);
                if self.kind() == Kind::LeftBrace || old_style {
                    return self.function_definition(&specifiers, declarator, list);
                }
            }
            first = false;
            self.init_declarator(&specifiers, declarator, &mut nothing)?;
            if !self.accept(Kind::Comma) {
                break;
            }
        }
        self.semicolon()
    }

    fn function_definition(
        &mut self,
        specifiers: &Specifiers,
        mut declarator: Declarator,
        mut list: super::declarator::ParameterList,
    ) -> Parse<()> {
        let Some(name) = declarator.name else {
            return self.unexpected("a function's name");
        };
        let signature = self.types.signature(declarator.ty.id);
        let ret = signature.as_ref().map_or(types::INT.plain(), |s| s.ret);
        let old_style = list.old_style;
        if old_style {
            self.old_style_parameters(&mut list.parameters)?;
            // Callers pass promoted values.
            let params = list
                .parameters
                .iter()
                .map(|p| self.promoted(p.ty))
                .collect();
            let signature = types::Signature {
                ret,
                params,
                variadic: false,
                prototype: false,
            };
            declarator.ty = self.types.function(signature).plain();
        } else if !list.prototype {
            // `int f() { … }` takes no arguments, but does not say so to callers.
            list.parameters.clear();
        }
        let id = self.declare_linked(name, declarator.ty, specifiers, 0);
        let entity = &self.scopes.entities[id as usize];
        let text = self.names.text(name.text);
        if entity.defined {
            let old = self.span(entity.at);
            self.say(name.at, |span| errors::redefinition(span, &text, old));
        }
        let entity = &mut self.scopes.entities[id as usize];
        entity.defined = true;
        entity.at = name.at;
        let own = entity.inline && !entity.external;
        let symbol = self.symbol_of(id);
        self.unit.symbols[symbol.0 as usize].place = place(name.at);
        if own {
            self.inline_symbols.push(symbol);
        }
        if ret.id != VOID && self.types.size(ret.id).is_none() && ret.id != types::POISON {
            let found = self.type_name(ret);
            self.say(name.at, |span| {
                errors::incomplete(span, &found, "return type")
            });
        }
        let mut state = FunctionState::new(text, ret);
        state.variadic = list.variadic;
        state.addressed = self.addressed_names();
        self.function = Some(state);
        self.scopes.push();
        let mut body = Vec::new();
        let params = self.declare_parameters(&list.parameters, old_style, &mut body);
        for start in list.parameters.iter().filter_map(|p| p.varies) {
            self.size_parameter(start, &mut body)?;
        }
        self.expect_alloca(name.at);
        let open = self.peek().at;
        let parsed = self
            .expect(Kind::LeftBrace)
            .and_then(|_| self.block_items(open, &mut body));
        self.scopes.pop();
        let end = self.tokens[self.position.saturating_sub(1)].at;
        self.finish_function(symbol, params, ret, name.text, (name.at, end), body);
        parsed
    }

    fn finish_function(
        &mut self,
        symbol: crate::tree::SymbolId,
        params: Vec<LocalId>,
        ret: Q,
        name: Name,
        (at, end): (Location, Location),
        mut body: Vec<Stmt>,
    ) {
        let Some(state) = self.function.take() else {
            return;
        };
        self.check_labels(state.named_labels.iter());
        if name == names::MAIN && ret.id == types::INT {
            let zero = constant(0, Scalar::I32, place(end));
            body.push(Stmt::Return(Some(zero), place(end)));
        }
        start_allocating(&state, &mut body, place(at));
        add_dispatch(&state, &mut body, place(end));
        self.unit.functions.push(Function {
            symbol,
            params,
            ret: self.types.ty(ret.id),
            variadic: state.variadic,
            locals: state.locals,
            labels: state.labels,
            body,
            place: place(at),
            end: place(end),
        });
    }

    /// The type that a value of this type is passed as without a prototype.
    fn promoted(&self, ty: Q) -> Q {
        if ty.id == types::FLOAT {
            types::DOUBLE.plain()
        } else {
            self.types.promote(ty.id).plain()
        }
    }

    /// `int f(a, b) int a; char b; { … }`: the declarations give the names their types.
    fn old_style_parameters(&mut self, parameters: &mut [Parameter]) -> Parse<()> {
        while self.kind() != Kind::LeftBrace {
            let specifiers = self.specifiers()?;
            loop {
                let declarator = self.declarator(specifiers.ty)?;
                let ty = self.adjust_parameter(declarator.ty);
                let name = declarator.name.map(|n| n.text);
                match parameters
                    .iter_mut()
                    .find(|p| p.name.map(|n| n.text) == name)
                {
                    Some(parameter) => parameter.ty = ty,
                    None => self.say(declarator.at, errors::no_such_parameter),
                }
                if !self.accept(Kind::Comma) {
                    break;
                }
            }
            self.semicolon()?;
        }
        Ok(())
    }

    fn declare_parameters(
        &mut self,
        parameters: &[Parameter],
        old_style: bool,
        body: &mut Vec<Stmt>,
    ) -> Vec<LocalId> {
        let mut locals = Vec::new();
        for parameter in parameters {
            let passed = self.promoted(parameter.ty);
            let narrowed = old_style && passed.id != parameter.ty.id;
            if ty_incomplete(self, parameter.ty) {
                let found = self.type_name(parameter.ty);
                self.say(parameter.at, |span| {
                    errors::incomplete(span, &found, "parameter")
                });
            }
            let arrives = (narrowed || parameter.name.is_none()).then(|| {
                let ty = self
                    .types
                    .ty(if narrowed { passed.id } else { parameter.ty.id });
                self.temporary(ty, place(parameter.at))
            });
            let Some(name) = parameter.name else {
                locals.extend(arrives);
                continue;
            };
            let id = self.new_variable(name, parameter.ty, 0);
            let Some(local) = self.local_of(id) else {
                continue;
            };
            match arrives {
                Some(arrives) => {
                    locals.push(arrives);
                    body.push(self.narrow(arrives, local, parameter, passed));
                }
                None => locals.push(local),
            }
        }
        locals
    }

    /// `parameter = (its type) what was passed`
    fn narrow(&mut self, from: LocalId, to: LocalId, parameter: &Parameter, passed: Q) -> Stmt {
        let place = place(parameter.at);
        let (wide, scalar) = (self.scalar(passed.id), self.scalar(parameter.ty.id));
        let value = convert(node(ExprKind::Local(from), wide, place), scalar);
        let storage = self
            .function
            .as_ref()
            .and_then(|f| f.locals.get(to.0 as usize))
            .map(|l| l.storage);
        let kind = match storage {
            Some(Storage::Frame) => ExprKind::Store {
                address: Box::new(node(ExprKind::LocalAddress(to, 0), Scalar::U32, place)),
                value: Box::new(value),
                field: None,
                atomic: false,
            },
            _ => ExprKind::SetLocal(to, Box::new(value)),
        };
        Stmt::Expr(Expr {
            kind,
            ty: Ty::Scalar(scalar),
            place,
        })
    }

    /// If the body that starts at the next `{` calls `alloca`, what is allocated has to be kept apart.
    fn expect_alloca(&mut self, at: Location) {
        let body = &self.tokens[self.position..self.body_end()];
        let calls = [names::ALLOCA, names::ALLOCA__, names::ALLOCA_ALIGNED];
        if body
            .iter()
            .any(|t| calls.iter().any(|&name| t.is_word(name)))
        {
            let lowest = self.temporary(Ty::Scalar(Scalar::U32), place(at));
            if let Some(function) = &mut self.function {
                function.lowest_allocated = Some(lowest);
            }
        }
    }

    /// The token behind the body that starts at the next `{`.
    fn body_end(&self) -> usize {
        let mut depth = 0u32;
        for (i, token) in self.tokens.iter().enumerate().skip(self.position) {
            match token.kind {
                Kind::LeftBrace => depth += 1,
                Kind::RightBrace if depth <= 1 => return i,
                Kind::RightBrace => depth -= 1,
                _ => {}
            }
        }
        self.tokens.len()
    }

    /// Names after a unary `&` in the body that starts at the next `{`. See the module's head.
    fn addressed_names(&self) -> Vec<Name> {
        let mut found = Vec::new();
        let mut returns_twice = false;
        let end = self.body_end();
        for i in self.position..end {
            match self.tokens[i].kind {
                Kind::Ampersand if self.is_unary(i) => self.addressed_after(i, &mut found),
                Kind::Identifier => returns_twice |= self.tokens[i].text == names::SETJMP,
                _ => {}
            }
        }
        if returns_twice {
            let body = &self.tokens[self.position..end];
            found.extend(body.iter().filter(|t| t.is_identifier()).map(|t| t.text));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn addressed_after(&self, ampersand: usize, found: &mut Vec<Name>) {
        let mut i = ampersand + 1;
        while self
            .tokens
            .get(i)
            .is_some_and(|t| t.kind == Kind::LeftParen || t.is_word(names::EXTENSION))
        {
            i += 1;
        }
        let Some(token) = self.tokens.get(i) else {
            return;
        };
        if token.is_identifier() {
            // Of a pointer in `&p[i]` and `&p->x` no address is taken; of an array it does not matter.
            let next = self.tokens.get(i + 1).map(|t| t.kind);
            if !matches!(next, Some(Kind::LeftBracket | Kind::Arrow)) {
                found.push(token.text);
            }
        } else if token.is_word(names::GENERIC) {
            let end = self.tokens[i..]
                .iter()
                .position(|t| t.kind == Kind::Semicolon);
            let group = &self.tokens[i..i + end.unwrap_or(0)];
            found.extend(group.iter().filter(|t| t.is_identifier()).map(|t| t.text));
        }
    }

    /// Is the `&` at `i` an operator with one operand?
    fn is_unary(&self, i: usize) -> bool {
        let Some(before) = i.checked_sub(1).map(|b| self.tokens[b]) else {
            return true;
        };
        match before.kind {
            Kind::Number | Kind::Character | Kind::String | Kind::RightBracket => false,
            Kind::Identifier => before.is_keyword(),
            // After `)` it is unary behind a cast only.
            Kind::RightParen => self.closes_a_cast(i - 1),
            _ => true,
        }
    }

    /// Might the `)` at `close` end a cast? Everything that does not plainly start like a value.
    fn closes_a_cast(&self, close: usize) -> bool {
        let mut depth = 0u32;
        for i in (close.saturating_sub(256)..=close).rev() {
            match self.tokens[i].kind {
                Kind::RightParen => depth += 1,
                Kind::LeftParen => {
                    depth -= 1;
                    if depth == 0 {
                        let before = i.checked_sub(1).map(|b| self.tokens[b]);
                        if before.is_some_and(|t| t.is_identifier()) {
                            return false;
                        }
                        let inside = self.tokens[i + 1];
                        return self.starts_type(inside)
                            || inside.is_identifier() && self.unknown_so_far(inside.text);
                    }
                }
                _ => {}
            }
        }
        true
    }

    /// It may be a typedef of the body.
    fn unknown_so_far(&self, name: Name) -> bool {
        let meaning = self
            .scopes
            .find(name)
            .map(|id| self.scopes.entities[id as usize].meaning);
        !matches!(meaning, Some(Meaning::Static | Meaning::EnumConstant(_)))
    }
}

fn ty_incomplete(checker: &Checker<'_>, ty: Q) -> bool {
    checker.types.size(ty.id).is_none() && ty.id != types::POISON
}

/// Does only a statement begin with this keyword?
fn is_statement(word: Name) -> bool {
    matches!(
        word,
        names::BREAK
            | names::CASE
            | names::CONTINUE
            | names::DEFAULT
            | names::DO
            | names::ELSE
            | names::FOR
            | names::GOTO
            | names::IF
            | names::RETURN
            | names::SWITCH
            | names::WHILE
    )
}
