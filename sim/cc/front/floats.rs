//! gcc's built-in questions about floating-point numbers (C17 §7.12.3, §7.12.14), and of types by number.

use super::checker::{Checker, place};
use super::errors;
use super::operators::Operator;
use super::token::Location;
use super::types::{DOUBLE, FLOAT, INT, Type};
use super::value::Value;
use alloc::vec;
use alloc::vec::Vec;

/// What `__fpclassify` of the library answers (`FP_INFINITE` and `FP_NORMAL` of `<math.h>`).
const INFINITE: i64 = 1;
const NORMAL: i64 = 4;

impl Checker<'_> {
    /// `__builtin_isnan(x)` and its like.
    pub fn float_class(&mut self, what: &str, args: Vec<Value>, at: Location) -> Value {
        let Ok([argument]) = <[Value; 1]>::try_from(args) else {
            self.say(at, |span| {
                errors::argument_count(span, Some(what), 1, 0, false, None)
            });
            return Value::poison(at);
        };
        let into = super::assignment::Into::Argument(1, None);
        let argument = self.decay(argument);
        // What is small for a `float` is normal for a `double`.
        if what == "isnormal" && argument.ty.id == FLOAT {
            let value = vec![(FLOAT, argument.expr())];
            let class = self.runtime_call("__fpclassifyf", value, INT, at);
            return self.binary(Operator::Eq, class, Value::int(NORMAL, at), at);
        }
        let value = self.convert_to(argument, DOUBLE.plain(), &into).expr();
        if what == "isinf_sign" {
            return self.runtime_call("__isinf_sign", vec![(DOUBLE, value)], INT, at);
        }
        if what.starts_with("signbit") {
            return self.runtime_call("__signbit", vec![(DOUBLE, value)], INT, at);
        }
        let class = self.runtime_call("__fpclassify", vec![(DOUBLE, value)], INT, at);
        let (operator, class_of) = match what {
            "isnan" | "isnanf" => (Operator::Eq, 0),
            "isfinite" | "finite" | "finitef" => (Operator::Gt, INFINITE),
            "isnormal" => (Operator::Eq, NORMAL),
            _ => (Operator::Eq, INFINITE),
        };
        self.binary(operator, class, Value::int(class_of, at), at)
    }

    /// `__builtin_isless(x, y)` and its like: no exception for a NaN, as in all our comparisons.
    pub fn float_comparison(&mut self, what: &str, args: Vec<Value>, at: Location) -> Value {
        let Ok([left, right]) = <[Value; 2]>::try_from(args) else {
            self.say(at, |span| {
                errors::argument_count(span, Some(what), 2, 0, false, None)
            });
            return Value::poison(at);
        };
        let operator = match what {
            "isless" => Operator::Lt,
            "islessequal" => Operator::Le,
            "isgreater" => Operator::Gt,
            "isgreaterequal" => Operator::Ge,
            _ => return self.unordered(what, left, right, at),
        };
        self.binary(operator, left, right, at)
    }

    /// A library function looks at both, so that each is evaluated once.
    fn unordered(&mut self, what: &str, left: Value, right: Value, at: Location) -> Value {
        let into = super::assignment::Into::Argument(1, None);
        let left = self.convert_to(left, DOUBLE.plain(), &into).expr();
        let right = self.convert_to(right, DOUBLE.plain(), &into).expr();
        let name = match what {
            "isunordered" => "__isunordered",
            _ => "__islessgreater",
        };
        self.runtime_call(name, vec![(DOUBLE, left), (DOUBLE, right)], INT, at)
    }

    /// `__builtin_classify_type`: gcc's numbers.
    pub fn classify_type(&mut self, args: Vec<Value>, at: Location) -> Value {
        let Some(argument) = args.into_iter().next() else {
            return Value::poison(at);
        };
        let value = self.decay(argument);
        let id = value.ty.id;
        let class = match self.types.get(id) {
            Type::Pointer(_) => 5,
            Type::Record(index) if self.types.records[*index as usize].union => 13,
            Type::Record(_) => 12,
            Type::Void => 0,
            _ if self.types.is_float(id) => 8,
            _ => 1,
        };
        let effects = self.discard(value);
        let number = super::build::constant(class, crate::tree::Scalar::I32, place(at));
        Value::new(super::build::comma(effects, number), INT, at)
    }
}
