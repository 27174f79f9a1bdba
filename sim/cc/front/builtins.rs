//! What the compiler provides itself: `__builtin_…`, and the syntax-like ones (`va_arg`, `offsetof`).

use super::build::{self, add_offset, constant, convert, node};
use super::checker::{Checker, Parse, place};
use super::errors;
use super::expression::after;
use super::names;
use super::operators::Operator;
use super::overflow::Overflow;
use super::token::{Kind, Location, Token};
use super::types::{CHAR, DOUBLE, FLOAT, INT, LONG, Q, Signature, Type, TypeId, UINT, VOID};
use super::value::{Form, Value};
use crate::tree::{BinaryOp, Expr, ExprKind, Scalar, Ty};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Is it a function that the compiler provides?
pub fn is_builtin(name: &str) -> bool {
    name.starts_with("__builtin_") || name.starts_with("__atomic_") || name.starts_with("__sync_")
}

impl Checker<'_> {
    /// A call of a built-in function; the next token is its `(`.
    pub fn builtin(&mut self, token: Token, name: &str) -> Parse<Value> {
        let at = token.at;
        let open = self.expect(Kind::LeftParen)?.at;
        let what = name.strip_prefix("__builtin_").unwrap_or(name);
        if what == "constant_p" {
            return self.constant_p(open);
        }
        let args = self.arguments(open)?;
        let depth = args.iter().map(|a| a.depth).max().unwrap_or(0);
        if let Some(function) = BitFunction::named(what).filter(|_| !args.is_empty()) {
            return Ok(self.bit_function(&function, args, at).above(depth));
        }
        if let Some(function) = Overflow::named(what) {
            return Ok(self.overflow(&function, args, at).above(depth + 4));
        }
        let value = match what {
            "va_start" | "va_end" | "va_copy" => self.va_function(what, args, at),
            "syscall" => self.syscall(args, at),
            "alloca" | "alloca_with_align" if self.fits_alloca(&args) => {
                let size = args.into_iter().next().expect("there is one");
                self.allocate_until_return(size, at)
            }
            "trap" | "unreachable" => Value::new(
                Expr {
                    kind: ExprKind::Trap,
                    ty: Ty::Void,
                    place: place(at),
                },
                VOID,
                at,
            ),
            "expect" | "expect_with_probability" if !args.is_empty() => {
                let value = self.first_of(args);
                match self.types.is_scalar(value.ty.id) {
                    true => self.retype(value, LONG),
                    false => value,
                }
            }
            "assume_aligned" if !args.is_empty() => self.first_of(args),
            "return_address" | "extract_return_addr" | "frame_address" => {
                let ty = self.types.pointer(VOID.plain());
                let kind = if what == "return_address" {
                    ExprKind::ReturnAddress
                } else {
                    ExprKind::Const(0)
                };
                Value::new(node(kind, Scalar::U32, place(at)), ty, at)
            }
            "prefetch" if !args.is_empty() => {
                let address = self.first_of(args);
                self.retype(address, VOID)
            }
            "huge_val" | "inf" => self.float_constant(f64::INFINITY, DOUBLE, at),
            "huge_valf" | "inff" => self.float_constant(f64::INFINITY, FLOAT, at),
            "nan" => self.float_constant(f64::NAN, DOUBLE, at),
            "nanf" => self.float_constant(f64::NAN, FLOAT, at),
            "object_size" => Value::new(constant(u64::MAX, Scalar::U32, place(at)), UINT, at),
            "classify_type" => self.classify_type(args, at),
            "isnanf" | "isinff" | "finite" | "finitef" | "isnan" | "isinf" | "isinf_sign"
            | "isfinite" | "isnormal" | "signbit" | "signbitf" => self.float_class(what, args, at),
            "isless" | "islessequal" | "isgreater" | "isgreaterequal" | "isunordered"
            | "islessgreater" => self.float_comparison(what, args, at),
            _ if what.starts_with("__atomic_") || what.starts_with("__sync_") => {
                self.atomic_function(what, args, at)
            }
            _ => self.plain_function(what, token, args, name),
        };
        Ok(value.above(depth))
    }

    /// A size, and perhaps an alignment in bits that is no more than the stack's.
    fn fits_alloca(&self, args: &[Value]) -> bool {
        let align = |value: &Value| value.constant().is_some_and(|bits| bits <= 128);
        !args.is_empty() && args[1..].iter().all(align)
    }

    /// The value of the first argument; the others, advice for an optimiser, are evaluated for their effects.
    fn first_of(&mut self, args: Vec<Value>) -> Value {
        let mut args = args.into_iter();
        let first = args.next().expect("there is a first argument");
        let first = self.decay(first);
        let (ty, at) = (first.ty.id, first.at);
        let mut effects: Vec<Expr> = args.map(|argument| self.discard(argument)).collect();
        effects.retain(build::has_effects);
        let expr = effects
            .into_iter()
            .rfold(first.expr(), |value, effect| build::comma(effect, value));
        Value::new(expr, ty, at)
    }

    fn float_constant(&self, value: f64, ty: TypeId, at: Location) -> Value {
        let scalar = self.scalar(ty);
        let bits = build::convert_bits(value.to_bits(), Scalar::F64, scalar);
        Value::new(constant(bits, scalar, place(at)), ty, at)
    }

    /// 1 if the argument is a constant; it is not evaluated.
    fn constant_p(&mut self, open: Location) -> Parse<Value> {
        let start = self.position;
        self.unevaluated += 1;
        let value = self.assignment();
        self.unevaluated -= 1;
        let value = value?;
        let value = self.decay(value);
        let read = &self.tokens[start..self.position];
        let literal = read.iter().all(|token| token.kind == Kind::String);
        self.close_paren(open)?;
        let known = literal || value.constant().is_some();
        Ok(Value::int(i64::from(known), open))
    }

    /// `__builtin_memcpy` is `memcpy`.
    fn plain_function(&mut self, what: &str, token: Token, args: Vec<Value>, name: &str) -> Value {
        let Some(signature) = self.known_signature(what) else {
            self.say(token.at, |span| errors::unknown_builtin(span, name));
            return Value::poison(token.at);
        };
        let (ret, variadic) = (signature.ret.id, signature.variadic);
        let text = self.names.intern(what.as_bytes());
        let ty = self.types.function(signature.clone()).plain();
        let id = match self.scopes.linked(text) {
            Some(id) => id,
            None => self.declare_implicit(Token { text, ..token }, ty),
        };
        let symbol = self.symbol_of(id);
        self.mentioned[symbol.0 as usize] = true;
        let mut trees = Vec::new();
        for (i, argument) in args.into_iter().enumerate() {
            let value = match signature.params.get(i) {
                Some(&param) => {
                    let into = super::assignment::Into::Argument(i + 1, Some(name.into()));
                    self.convert_to(argument, param.id.plain(), &into)
                }
                None => self.promote(argument),
            };
            trees.push(value.expr());
        }
        let callee = node(ExprKind::Address(symbol, 0), Scalar::U32, place(token.at));
        let count = variadic.then_some(signature.params.len());
        self.call_tree(callee, trees, count, ret, token.at)
    }

    fn syscall(&mut self, args: Vec<Value>, at: Location) -> Value {
        let mut trees = Vec::new();
        for argument in args {
            let value = self.promote(argument);
            let expr = value.expr();
            let scalar = build::scalar_of(&expr);
            trees.push(if scalar.size() == 4 && !scalar.float() {
                expr
            } else {
                convert(expr, Scalar::I32)
            });
        }
        if trees.is_empty() || trees.len() > 7 {
            self.say(at, |span| {
                errors::argument_count(span, Some("__builtin_syscall"), 1, trees.len(), true, None)
            });
            return Value::poison(at);
        }
        Value::new(
            node(ExprKind::Syscall(trees), Scalar::I32, place(at)),
            INT,
            at,
        )
    }

    // Variable arguments: a `va_list` is a `char *` to the next one.

    /// The type of `__builtin_va_list`.
    pub fn va_list(&mut self) -> Q {
        self.types.pointer(CHAR.plain()).plain()
    }

    fn va_function(&mut self, what: &str, args: Vec<Value>, at: Location) -> Value {
        let list = self.va_list();
        let mut args = args.into_iter();
        let (target, source) = (args.next(), args.next());
        let Some(target) = target else {
            self.say(at, |span| {
                errors::argument_count(span, Some(what), 1, 0, false, None)
            });
            return Value::poison(at);
        };
        let value = match (what, source) {
            ("va_end", _) => {
                let expr = self.discard(target);
                return self.retype(Value::new(expr, INT, at), VOID);
            }
            ("va_copy", Some(source)) => self.decay(source),
            _ => {
                if !self.function.as_ref().is_some_and(|f| f.variadic) {
                    self.say(at, errors::va_start_outside);
                }
                Value::new(node(ExprKind::VaStart, Scalar::U32, place(at)), list.id, at)
            }
        };
        let stored = self.assign(target, value, at);
        self.retype(stored, VOID)
    }

    /// The built-ins that take types: `va_arg`, `offsetof` …
    pub fn keyword_builtin(&mut self, token: Token) -> Parse<Value> {
        self.advance();
        let open = self.expect(Kind::LeftParen)?.at;
        match token.text {
            names::VA_ARG => {
                let list = self.assignment()?;
                self.expect(Kind::Comma)?;
                let (ty, sizes) = self.sized_type_name_in_parens(open)?;
                let value = self.va_arg(list, ty, token.at);
                self.bounded(after(sizes, value))
            }
            names::OFFSETOF => self.offset_of(open, token.at),
            names::TYPES_COMPATIBLE => {
                let a = self.type_name_here()?;
                self.expect(Kind::Comma)?;
                let b = self.type_name_in_parens(open)?;
                let same = self.types.compatible_plain(a.id, b.id);
                Ok(Value::int(i64::from(same), token.at))
            }
            _ => {
                let condition =
                    self.integer_constant("the condition of `__builtin_choose_expr`")?;
                self.expect(Kind::Comma)?;
                let then = self.assignment()?;
                self.expect(Kind::Comma)?;
                let otherwise = self.assignment()?;
                self.close_paren(open)?;
                Ok(if condition.is_some_and(|(v, _)| v != 0) {
                    then
                } else {
                    otherwise
                })
            }
        }
    }

    /// Takes the next argument: 4 bytes, or 8 aligned to 8, or the address of an aggregate.
    fn va_arg(&mut self, list: Value, ty: Q, at: Location) -> Value {
        let depth = list.depth;
        let tree = self.types.ty(ty.id);
        let (size, aligned, indirect) = match tree {
            Ty::Scalar(scalar) if scalar.size() == 8 => (8, true, false),
            Ty::Scalar(_) => (4, false, false),
            Ty::Aggregate { .. } => (4, false, true),
            Ty::Void => {
                let name = self.type_name(ty);
                self.say(at, |span| errors::incomplete(span, &name, "va_arg"));
                return Value::poison(at);
            }
        };
        let promoted = self.types.promote(ty.id);
        if promoted != ty.id && !matches!(self.types.get(ty.id), Type::Enum(_)) || ty.id == FLOAT {
            let name = self.type_name(ty);
            self.say(at, |span| errors::va_arg_promoted(span, &name));
        }
        let list_type = self.plain_name(list.ty.id);
        if self
            .types
            .pointee(list.ty.id)
            .is_none_or(|to| to.id != CHAR)
        {
            if !list.poisoned() {
                self.say(at, |span| errors::va_list_expected(span, &list_type));
            }
            return Value::poison(at);
        }
        let place = place(at);
        // The list is advanced past the argument, which lies just before its new position.
        let advanced = self.modify(list, super::value::Want::New, at, |_, old| {
            let mut expr = old.expr();
            if aligned {
                expr = add_offset(expr, 7);
                let mask = constant(!7u64, Scalar::U32, place);
                expr = build::binary(BinaryOp::And, expr, mask, place);
            }
            build::binary(
                BinaryOp::Add,
                expr,
                constant(size, Scalar::U32, place),
                place,
            )
        });
        let address = convert(advanced.expr(), Scalar::U32);
        let slot = build::binary(
            BinaryOp::Sub,
            address,
            constant(size, Scalar::U32, place),
            place,
        );
        let value = if indirect {
            let to = self.types.pointer(ty.id.plain());
            let stored = Value::memory(slot, to.plain(), at);
            let stored = self.decay(stored);
            self.dereference(stored, at)
        } else {
            Value::memory(slot, ty.id.plain(), at)
        };
        let value = self.decay(value);
        value.above(depth)
    }

    /// `offsetof(type, member.path[i])`
    fn offset_of(&mut self, open: Location, at: Location) -> Parse<Value> {
        let ty = self.type_name_here()?;
        self.expect(Kind::Comma)?;
        let zero = constant(0, Scalar::U32, place(at));
        let mut value = Value::memory(zero, ty, at);
        let mut member = true;
        loop {
            if member {
                let name = self.peek();
                if !name.is_identifier() {
                    return self.unexpected("a member's name");
                }
                self.advance();
                value = self.member(value, name, false, name.at);
            } else {
                let index = self.expression()?;
                self.expect(Kind::RightBracket)?;
                let array = self.decay(value);
                let address = self.binary(Operator::Add, array, index, at);
                value = self.dereference(address, at);
            }
            if self.accept(Kind::Dot) {
                member = true;
            } else if self.accept(Kind::LeftBracket) {
                member = false;
            } else {
                break;
            }
        }
        self.close_paren(open)?;
        Ok(match value.form {
            Form::Memory(address, None) if !matches!(self.types.get(value.ty.id), Type::Poison) => {
                Value::new(
                    Expr {
                        ty: Ty::Scalar(Scalar::U32),
                        ..address
                    },
                    UINT,
                    at,
                )
            }
            Form::Memory(_, Some(_)) => {
                self.say(at, errors::address_of_bit_field);
                Value::poison(at)
            }
            _ => Value::poison(at),
        })
    }

    // Bits.

    /// `bswap`, `clz`, `ctz`, `popcount`: folded for constants, else library functions of libgcc's names.
    fn bit_function(&mut self, function: &BitFunction, args: Vec<Value>, at: Location) -> Value {
        let Some(argument) = args.into_iter().next() else {
            return Value::poison(at);
        };
        let ty = match function.bits {
            16 => super::types::USHORT,
            64 => super::types::ULLONG,
            _ => UINT,
        };
        let into = super::assignment::Into::Argument(1, None);
        let value = self.convert_to(argument, ty.plain(), &into);
        let result = if function.word == "bswap" { ty } else { INT };
        if let Some(bits) = value.constant() {
            let scalar = self.scalar(result);
            let folded = build::wrap(function.fold(bits), scalar);
            return Value::new(constant(folded, scalar, place(at)), result, at);
        }
        let expr = value.expr();
        self.runtime_call(&function.helper(), alloc::vec![(ty, expr)], result, at)
    }

    /// A call of a function of the library that programs do not know by name.
    pub fn runtime_call(
        &mut self,
        name: &str,
        arguments: Vec<(TypeId, Expr)>,
        result: TypeId,
        at: Location,
    ) -> Value {
        let signature = Signature {
            ret: result.plain(),
            params: arguments.iter().map(|(ty, _)| ty.plain()).collect(),
            variadic: false,
            prototype: true,
        };
        let declared = self.types.function(signature).plain();
        let token = Token {
            kind: Kind::Identifier,
            flags: 0,
            text: self.names.intern(name.as_bytes()),
            at,
        };
        let id = self.declare_implicit(token, declared);
        let symbol = self.symbol_of(id);
        self.mentioned[symbol.0 as usize] = true;
        let callee = node(ExprKind::Address(symbol, 0), Scalar::U32, place(at));
        let arguments = arguments.into_iter().map(|(_, expr)| expr).collect();
        self.call_tree(callee, arguments, None, result, at)
    }
}

/// A built-in function on the bits of a number.
struct BitFunction {
    /// Its name without the size.
    word: &'static str,
    /// How many bits the number has.
    bits: u32,
}

impl BitFunction {
    /// `clz`, `clzl`, `clzll`, `bswap32` …
    fn named(what: &str) -> Option<BitFunction> {
        const WORDS: [&str; 7] = ["bswap", "clz", "ctz", "popcount", "parity", "ffs", "clrsb"];
        let word = WORDS.into_iter().find(|word| what.starts_with(word))?;
        let bits = match (word, &what[word.len()..]) {
            ("bswap", "16") => 16,
            ("bswap", "32") => 32,
            ("bswap", "64") => 64,
            ("bswap", _) => return None,
            (_, "" | "l") => 32,
            (_, "ll") => 64,
            _ => return None,
        };
        Some(BitFunction { word, bits })
    }

    /// libgcc's name: `__clzsi2`. hi, si and di are the sizes.
    fn helper(&self) -> String {
        let size = match self.bits {
            16 => "hi",
            32 => "si",
            _ => "di",
        };
        format!("__{}{size}2", self.word)
    }

    /// The result for a constant.
    fn fold(&self, value: u64) -> u64 {
        let unused = 64 - self.bits;
        let value = value << unused >> unused;
        u64::from(match self.word {
            "bswap" => return value.swap_bytes() >> unused,
            "clz" => value.leading_zeros() - unused,
            "ctz" => value.trailing_zeros().min(self.bits),
            "popcount" => value.count_ones(),
            "parity" => value.count_ones() & 1,
            "ffs" if value == 0 => 0,
            "ffs" => value.trailing_zeros() + 1,
            _ => {
                let signed = (value << unused) as i64 >> unused;
                let magnitude = if signed < 0 { !signed } else { signed };
                magnitude.leading_zeros() - unused - 1
            }
        })
    }
}
