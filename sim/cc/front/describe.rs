//! Types as a person would write them: `int (*)[3]`, `struct point`.

use super::names::Names;
use super::types::{ATOMIC, CONST, Q, RESTRICT, Type, Types, VOLATILE};
use alloc::format;
use alloc::string::{String, ToString};

impl Types {
    /// The name of a type.
    pub fn name(&self, names: &Names, q: Q) -> String {
        self.declare(names, q, String::new(), 0)
    }

    /// A declaration of `inner` with type `q`.
    fn declare(&self, names: &Names, q: Q, inner: String, depth: u32) -> String {
        if depth > 50 {
            return "…".to_string();
        }
        let quals = qualifiers(q.quals);
        match self.get(q.id) {
            Type::Pointer(to) => {
                let suffix = matches!(self.get(to.id), Type::Array(..) | Type::Function(_));
                let space = if quals.is_empty() || inner.is_empty() {
                    ""
                } else {
                    " "
                };
                let inner = format!("*{}{space}{inner}", quals.trim_end());
                let inner = if suffix { format!("({inner})") } else { inner };
                self.declare(names, *to, inner, depth + 1)
            }
            Type::Array(of, length) => {
                let length = length.map_or(String::new(), |n| n.to_string());
                self.declare(names, *of, format!("{inner}[{length}]"), depth + 1)
            }
            Type::Function(signature) => {
                let mut list = String::new();
                for (i, &param) in signature.params.iter().enumerate() {
                    if i > 0 {
                        list.push_str(", ");
                    }
                    list.push_str(&self.declare(names, param, String::new(), depth + 1));
                }
                if signature.variadic {
                    list.push_str(", ...");
                } else if signature.prototype && signature.params.is_empty() {
                    list.push_str("void");
                }
                self.declare(names, signature.ret, format!("{inner}({list})"), depth + 1)
            }
            _ if inner.is_empty() => format!("{quals}{}", self.basic_name(names, q)),
            _ => format!("{quals}{} {inner}", self.basic_name(names, q)),
        }
    }

    fn basic_name(&self, names: &Names, q: Q) -> String {
        let tagged = |word: &str, tag: Option<_>| match tag {
            Some(tag) => format!("{word} {}", names.text(tag)),
            None => format!("{word} <anonymous>"),
        };
        match self.get(q.id) {
            Type::Void => "void",
            Type::Bool => "_Bool",
            Type::Char => "char",
            Type::SignedChar => "signed char",
            Type::UnsignedChar => "unsigned char",
            Type::Short => "short",
            Type::UnsignedShort => "unsigned short",
            Type::Int => "int",
            Type::UnsignedInt => "unsigned int",
            Type::Long => "long",
            Type::UnsignedLong => "unsigned long",
            Type::LongLong => "long long",
            Type::UnsignedLongLong => "unsigned long long",
            Type::Float => "float",
            Type::Double => "double",
            Type::Record(index) => {
                let record = &self.records[*index as usize];
                return tagged(if record.union { "union" } else { "struct" }, record.tag);
            }
            Type::Enum(index) => return tagged("enum", self.enums[*index as usize].tag),
            _ => "<error>",
        }
        .to_string()
    }
}

fn qualifiers(quals: u8) -> String {
    let mut text = String::new();
    for (bit, word) in [
        (CONST, "const "),
        (VOLATILE, "volatile "),
        (RESTRICT, "restrict "),
        (ATOMIC, "_Atomic "),
    ] {
        if quals & bit != 0 {
            text.push_str(word);
        }
    }
    text
}
