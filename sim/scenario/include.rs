//! Which files a C source may include: what the command must read before the compiler runs.
//!
//! An over-approximation: every `#include "…"` line counts, in comments and switched-off parts too;
//! a file that does not exist matters only if the compiler asks for it. Not here: computed includes
//! (`#include MACRO`), which the compiler reports as missing unless another file brought them in.

use alloc::string::String;
use alloc::vec::Vec;

/// The names in the `#include "…"` and `#include <…>` lines of a C source, in order.
pub fn includes(source: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(source);
    text.lines()
        .filter_map(included)
        .map(String::from)
        .collect()
}

fn included(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix('#')?.trim_start();
    let rest = rest.strip_prefix("include")?.trim_start();
    let (rest, close) = match rest.strip_prefix('"') {
        Some(rest) => (rest, '"'),
        None => (rest.strip_prefix('<')?, '>'),
    };
    rest.split_once(close).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn include_lines_are_found() {
        let source =
            b"#include \"a.h\"\n  #  include <b/c.h> // x\nint x; // #include \"no\"\n#include X\n";
        assert_eq!(includes(source), ["a.h", "b/c.h"]);
    }
}
