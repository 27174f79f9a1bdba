//! Literals: numbers, characters and strings (C17 §6.4.4, §6.4.5).
//!
//! Floating constants are rounded once, to nearest even, by Rust's correctly rounding parser;
//! hexadecimal ones here.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A number's value and suffixes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// Digits, perhaps with `u`, `l`, `ll`.
    Integer {
        value: u64,
        unsigned: bool,
        /// 0: none, 1: `l`, 2: `ll`.
        long: u8,
        decimal: bool,
        /// More than 64 bits were written.
        overflow: bool,
    },
    /// With a point or exponent. `single`: suffix `f`; `long`: suffix `l`.
    Float {
        value: f64,
        single_value: f32,
        single: bool,
        long: bool,
    },
}

/// Reads a preprocessing number.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn number(text: &[u8]) -> Result<Number, String> {
    let text = core::str::from_utf8(text).map_err(|_| "invalid number".to_string())?;
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.strip_prefix("0x") {
        Some(rest) => (rest, 16),
        None => match lower.strip_prefix("0b") {
            Some(rest) => (rest, 2),
            None if lower.starts_with('0') => (lower.as_str(), 8),
            None => (lower.as_str(), 10),
        },
    };
    let float = match radix {
        16 => digits.contains(['.', 'p']),
        2 => false,
        _ => digits.contains(['.', 'e']),
    };
    if float {
        return floating(text, digits, radix == 16);
    }
    integer(text, digits, radix)
}

fn integer(text: &str, digits: &str, radix: u32) -> Result<Number, String> {
    let end = digits
        .find(|c: char| !c.is_digit(radix))
        .unwrap_or(digits.len());
    let (digits, suffix) = digits.split_at(end);
    let (unsigned, long) = match suffix {
        "" => (false, 0),
        "u" => (true, 0),
        "l" => (false, 1),
        "ul" | "lu" => (true, 1),
        "ll" => (false, 2),
        "ull" | "llu" => (true, 2),
        "i" | "j" => return Err("complex numbers are not supported".into()),
        _ if radix == 8 && suffix.starts_with(['8', '9']) => {
            return Err(format!(
                "invalid digit `{}` in an octal constant",
                &suffix[..1]
            ));
        }
        _ => {
            return Err(format!(
                "invalid suffix `{suffix}` on the integer constant `{text}`"
            ));
        }
    };
    if digits.is_empty() {
        return Err(format!("`{text}` has no digits"));
    }
    let mut value: u64 = 0;
    let mut overflow = false;
    for digit in digits.chars().filter_map(|c| c.to_digit(radix)) {
        let wide = u128::from(value) * u128::from(radix) + u128::from(digit);
        overflow |= wide > u128::from(u64::MAX);
        value = wide as u64;
    }
    Ok(Number::Integer {
        value,
        unsigned,
        long,
        decimal: radix == 10,
        overflow,
    })
}

fn floating(text: &str, digits: &str, hexadecimal: bool) -> Result<Number, String> {
    let (digits, single, long) = match digits.as_bytes().last() {
        Some(b'f') if !hexadecimal || digits.contains('p') => {
            (&digits[..digits.len() - 1], true, false)
        }
        Some(b'l') => (&digits[..digits.len() - 1], false, true),
        _ => (digits, false, false),
    };
    let wrong = || format!("invalid floating constant `{text}`");
    if !hexadecimal {
        if digits.contains(|c: char| !matches!(c, '0'..='9' | '.' | 'e' | '+' | '-')) {
            return Err(wrong());
        }
        let value = digits.parse().map_err(|_| wrong())?;
        let single_value = digits.parse().map_err(|_| wrong())?;
        return Ok(Number::Float {
            value,
            single_value,
            single,
            long,
        });
    }
    let (mantissa, exponent) = digits.split_once('p').ok_or_else(wrong)?;
    let exponent: i64 = exponent.parse::<i32>().map_err(|_| wrong())?.into();
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut bits: u128 = 0;
    let mut shift = exponent;
    let mut sticky = false;
    for digit in whole.chars().chain(fraction.chars()) {
        let digit = digit.to_digit(16).ok_or_else(wrong)?;
        if bits >> 100 == 0 {
            bits = bits << 4 | u128::from(digit);
        } else {
            sticky |= digit != 0;
            shift += 4;
        }
    }
    shift -= 4 * fraction.len() as i64;
    bits |= u128::from(sticky);
    let value = f64::from_bits(compose(bits, shift, 52, 1023));
    let single_value = f32::from_bits(compose(bits, shift, 23, 127) as u32);
    Ok(Number::Float {
        value,
        single_value,
        single,
        long,
    })
}

/// The IEEE 754 bits of `mantissa · 2^exponent`, rounded to nearest even.
fn compose(mantissa: u128, exponent: i64, fraction_bits: u32, bias: i64) -> u64 {
    if mantissa == 0 {
        return 0;
    }
    let width = i64::from(128 - mantissa.leading_zeros());
    // The exponent of the leading bit, and of the last fraction bit (larger for subnormals).
    let leading = exponent + width - 1;
    let last = leading.max(1 - bias) - i64::from(fraction_bits);
    let drop = last - exponent;
    let mut kept = match drop {
        _ if drop > 127 => 0,
        _ if drop > 0 => {
            let kept = mantissa >> drop;
            let rest = mantissa & ((1 << drop) - 1);
            let half = 1u128 << (drop - 1);
            kept + u128::from(rest > half || rest == half && kept & 1 == 1)
        }
        _ => mantissa << (-drop).min(127),
    };
    let mut last = last;
    if kept >> (fraction_bits + 1) != 0 {
        kept >>= 1;
        last += 1;
    }
    let biased = last + i64::from(fraction_bits) + bias;
    if biased > 2 * bias {
        return ((2 * bias + 1) as u64) << fraction_bits;
    }
    if kept >> fraction_bits == 0 {
        return kept as u64;
    }
    (biased as u64) << fraction_bits | kept as u64 & ((1 << fraction_bits) - 1)
}

/// The width of a literal's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Width {
    /// `'a'`, `"a"`, `u8"a"`
    Char,
    /// `u'a'`
    Char16,
    /// `U'a'`
    Char32,
    /// `L'a'`
    Wide,
}

impl Width {
    /// Bytes of an element.
    pub fn size(self) -> u32 {
        match self {
            Width::Char => 1,
            Width::Char16 => 2,
            Width::Char32 | Width::Wide => 4,
        }
    }
}

/// A character constant.
pub struct Character {
    pub value: i64,
    pub width: Width,
    /// More than one character, as in `'ab'`.
    pub several: bool,
}

/// Splits the prefix and the quotes off.
fn unquote(text: &[u8]) -> (Width, &[u8]) {
    let (width, rest) = match text {
        [b'u', b'8', rest @ ..] => (Width::Char, rest),
        [b'u', rest @ ..] => (Width::Char16, rest),
        [b'U', rest @ ..] => (Width::Char32, rest),
        [b'L', rest @ ..] => (Width::Wide, rest),
        rest => (Width::Char, rest),
    };
    (
        width,
        rest.get(1..rest.len().saturating_sub(1)).unwrap_or(&[]),
    )
}

/// The width of a string literal's elements.
pub fn width(text: &[u8]) -> Width {
    unquote(text).0
}

/// The value of a character constant (gcc: `'ab'` is `'a' << 8 | 'b'`).
///
/// # Errors
/// A sentence that says what is wrong.
pub fn character(text: &[u8]) -> Result<Character, String> {
    let (width, _) = unquote(text);
    let mut elements = Vec::new();
    elements_of(text, width, &mut elements)?;
    let value = match (width, elements.as_slice()) {
        (_, []) => return Err("empty character constant".into()),
        (Width::Char, [one]) => i64::from(*one as u8 as i8),
        (Width::Char, many) => i64::from(
            many.iter()
                .fold(0u32, |value, &element| value << 8 | element & 0xff) as i32,
        ),
        (Width::Wide, [.., last]) => i64::from(*last as i32),
        (_, [.., last]) => i64::from(*last),
    };
    Ok(Character {
        value,
        width,
        several: elements.len() > 1,
    })
}

/// Appends the elements of a string or character literal, read with elements of `width`.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn elements_of(text: &[u8], width: Width, out: &mut Vec<u32>) -> Result<(), String> {
    let (_, mut rest) = unquote(text);
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'\\' {
            rest = escape(tail, width, out)?;
        } else if width == Width::Char || byte < 0x80 {
            out.push(u32::from(byte));
            rest = tail;
        } else {
            let length =
                (1..=rest.len().min(4)).find(|&n| core::str::from_utf8(&rest[..n]).is_ok());
            match length {
                Some(n) => {
                    let text = core::str::from_utf8(&rest[..n]).unwrap_or("");
                    push_code_point(text.chars().next().map_or(0xfffd, u32::from), width, out);
                    rest = &rest[n..];
                }
                None => {
                    out.push(u32::from(byte));
                    rest = tail;
                }
            }
        }
    }
    Ok(())
}

/// One escape sequence after its backslash; gives what follows it.
fn escape<'t>(text: &'t [u8], width: Width, out: &mut Vec<u32>) -> Result<&'t [u8], String> {
    let Some((&byte, tail)) = text.split_first() else {
        return Err("`\\` at the end of a literal".into());
    };
    let value = match byte {
        b'n' => 10,
        b't' => 9,
        b'r' => 13,
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'v' => 11,
        b'e' | b'E' => 27,
        b'\\' | b'\'' | b'"' | b'?' => u32::from(byte),
        b'0'..=b'7' => {
            let digits = text
                .iter()
                .take(3)
                .take_while(|b| matches!(b, b'0'..=b'7'))
                .count();
            let value = text[..digits]
                .iter()
                .fold(0, |v, &b| v * 8 + u32::from(b - b'0'));
            check_range(value, width)?;
            out.push(value);
            return Ok(&text[digits..]);
        }
        b'x' => {
            let digits = tail.iter().take_while(|b| b.is_ascii_hexdigit()).count();
            if digits == 0 {
                return Err("`\\x` without hexadecimal digits".into());
            }
            let value = hexadecimal(&tail[..digits]);
            check_range(value, width)?;
            out.push(value);
            return Ok(&tail[digits..]);
        }
        b'u' | b'U' => {
            let want = if byte == b'u' { 4 } else { 8 };
            let digits = tail
                .iter()
                .take(want)
                .take_while(|b| b.is_ascii_hexdigit())
                .count();
            let value = hexadecimal(&tail[..digits]);
            if digits < want || char::from_u32(value).is_none() {
                return Err("not a valid universal character".into());
            }
            push_code_point(value, width, out);
            return Ok(&tail[digits..]);
        }
        // gcc: an unknown escape is the character itself.
        _ => u32::from(byte),
    };
    out.push(value);
    Ok(tail)
}

fn hexadecimal(digits: &[u8]) -> u32 {
    digits.iter().fold(0u32, |v, &b| {
        v.saturating_mul(16)
            .saturating_add((b as char).to_digit(16).unwrap_or(0))
    })
}

fn check_range(value: u32, width: Width) -> Result<(), String> {
    let most = match width {
        Width::Char => 0xff,
        Width::Char16 => 0xffff,
        _ => u32::MAX,
    };
    if value > most {
        Err("escape sequence out of range".into())
    } else {
        Ok(())
    }
}

fn push_code_point(code: u32, width: Width, out: &mut Vec<u32>) {
    match width {
        Width::Char => {
            let mut buffer = [0; 4];
            let text = char::from_u32(code)
                .unwrap_or('\u{fffd}')
                .encode_utf8(&mut buffer);
            out.extend(text.bytes().map(u32::from));
        }
        Width::Char16 if code > 0xffff => {
            out.push(0xd800 + ((code - 0x1_0000) >> 10));
            out.push(0xdc00 + ((code - 0x1_0000) & 0x3ff));
        }
        _ => out.push(code),
    }
}
