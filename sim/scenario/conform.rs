//! Does the file have the shape that `keys.rs` describes? Unknown keys, wrong types, numbers out of
//! range, words that are not in a list: each a diagnostic, all of them in one go.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use sim_abi::Diagnostic;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::keys::{Key, Kind, Table};
use crate::suggest::closest;
use crate::text::Text;

/// Checks a table and everything in it.
pub fn conform(table: &DeTable, shape: &Table, text: Text, diagnostics: &mut Vec<Diagnostic>) {
    for (name, value) in table.iter() {
        match shape.key(name.get_ref()) {
            Some(key) => conform_value(value, key, text, diagnostics),
            None => diagnostics.push(unknown_key(name.get_ref(), name.span(), shape, text)),
        }
    }
}

fn conform_value(value: &Spanned<DeValue>, key: &Key, text: Text, out: &mut Vec<Diagnostic>) {
    let wrong = |wanted: &str| wrong_type(value, key, wanted, text);
    match (key.kind, value.get_ref()) {
        (Kind::Text | Kind::TextOrTexts, DeValue::String(_)) => {}
        (Kind::Text, _) => out.push(wrong("a string")),
        (Kind::Choice(words), DeValue::String(word)) => {
            let words = words();
            if !words.contains(&word.as_ref()) {
                out.push(not_in_list(word, &words, value.span(), key, text));
            }
        }
        (Kind::Choice(_), _) => out.push(wrong("a string")),
        (Kind::Bool, DeValue::Boolean(_)) => {}
        (Kind::Bool, _) => out.push(wrong("true or false")),
        (Kind::Integer(low, high), DeValue::Integer(_)) => {
            out.extend(out_of_range(value, key, low, high, text));
        }
        (Kind::Integer(..), _) => out.push(wrong("an integer")),
        (Kind::Integers(low, high), DeValue::Array(items)) => {
            for item in items.iter() {
                match item.get_ref() {
                    DeValue::Integer(_) => out.extend(out_of_range(item, key, low, high, text)),
                    _ => out.push(wrong_type(item, key, "a list of integers", text)),
                }
            }
        }
        (Kind::Integers(..), _) => out.push(wrong("a list of integers")),
        (Kind::Texts | Kind::TextOrTexts, DeValue::Array(items)) => {
            let other = items.iter().filter(|i| !i.get_ref().is_str());
            out.extend(other.map(|i| wrong_type(i, key, "a list of strings", text)));
        }
        (Kind::Texts, _) => out.push(wrong("a list of strings")),
        (Kind::TextOrTexts, _) => out.push(wrong("a string or a list of strings")),
        (Kind::TextTable, DeValue::Table(table)) => {
            let other = table.iter().filter(|(_, v)| !v.get_ref().is_str());
            out.extend(other.map(|(_, v)| wrong_type(v, key, "a table of strings", text)));
        }
        (Kind::TextTable, _) => out.push(wrong("a table of strings")),
        (Kind::Table(shape), DeValue::Table(table)) => conform(table, shape, text, out),
        (Kind::Table(shape), DeValue::Array(_)) => {
            out.push(wrong("one table").help(format!("write {} once", shape.name)));
        }
        (Kind::Table(_), _) => out.push(wrong("a table")),
        (Kind::Tables(shape), DeValue::Array(items)) => {
            for item in items.iter() {
                match item.get_ref() {
                    DeValue::Table(table) => conform(table, shape, text, out),
                    _ => out.push(wrong_type(item, key, "a list of tables", text)),
                }
            }
        }
        (Kind::Tables(shape), _) => {
            out.push(
                wrong("a list of tables").help(format!("write {} with two brackets", shape.name)),
            );
        }
    }
}

fn unknown_key(name: &str, at: Range<usize>, shape: &Table, text: Text) -> Diagnostic {
    let place = match shape.name.starts_with('[') {
        true => format!(" in {}", shape.name),
        false => String::new(),
    };
    let error = Diagnostic::error(text.span(at), format!("unknown key `{name}`{place}"));
    let known = shape.keys.iter().map(|k| k.name);
    match closest(name, known.clone()) {
        Some(meant) => error.label(format!("did you mean `{meant}`?")),
        None => error.label("no such key").help(format!(
            "the keys are {}",
            known.collect::<Vec<_>>().join(", ")
        )),
    }
}

/// With article, as messages need it.
fn type_of(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn wrong_type(value: &Spanned<DeValue>, key: &Key, wanted: &str, text: Text) -> Diagnostic {
    let message = format!("`{}` must be {wanted}", key.name);
    Diagnostic::error(text.span(value.span()), message)
        .label(format!("this is {}", type_of(value.get_ref())))
}

fn not_in_list(word: &str, words: &[&str], at: Range<usize>, key: &Key, text: Text) -> Diagnostic {
    let message = format!("`{}` cannot be `{word}`", key.name);
    let error = Diagnostic::error(text.span(at), message);
    let error = match closest(word, words.iter().copied()) {
        Some(meant) => error.label(format!("did you mean `{meant}`?")),
        None => error,
    };
    match words {
        [only] => error.help(format!("it is always `{only}`")),
        _ => error.help(format!("one of: {}", words.join(", "))),
    }
}

/// The value of a TOML integer; `None` if it does not fit in 64 bits.
pub fn integer(value: &DeValue) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

fn out_of_range(
    value: &Spanned<DeValue>,
    key: &Key,
    low: i64,
    high: i64,
    text: Text,
) -> Option<Diagnostic> {
    let message = match integer(value.get_ref()) {
        Some(number) if number < low => format!("`{}` must be at least {low}", key.name),
        Some(number) if number > high => format!("`{}` must be at most {high}", key.name),
        Some(_) => return None,
        None => format!("`{}` does not fit in 64 bits", key.name),
    };
    Some(Diagnostic::error(text.span(value.span()), message))
}
