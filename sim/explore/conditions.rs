//! Conditions that must be true some time (`sim_sometimes`): they guard against proofs that are empty,
//! because what they speak of never happens.
//!
//! A condition is known by the line of its call. It is missed if it was true in no interleaving, or if no
//! interleaving comes to that line; the latter are found in the text of the programs: each direct call
//! counts, wherever it is.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use sim_abi::encoding::decode;
use sim_abi::finding::Site;
use sim_abi::{Finding, Image, Op, Tick, Verdict};
use sim_kernel::Config;

use crate::findings;

/// The function of the C library.
const FUNCTION: &str = "sim_sometimes";

/// The line of a call.
pub type Line = (String, u32);

/// A condition that must be true some time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// As the program calls it.
    pub name: String,
    /// It was true in some interleaving.
    pub has_held: bool,
}

/// Conditions that were never true, though every interleaving has been seen.
pub fn missed(config: &Config, seen: &BTreeMap<Line, Condition>) -> Vec<Finding> {
    let never = seen.iter().filter(|(_, condition)| !condition.has_held);
    let never = never.map(|(line, condition)| {
        let message = format!("never true: `{}` in no interleaving", condition.name);
        finding(message, line, "is false whenever it is looked at")
    });
    let mut all: Vec<Finding> = never.collect();
    let mut lines: Vec<Line> = Vec::new();
    for program in &config.programs {
        lines.extend(calls(&program.image));
    }
    lines.sort();
    lines.dedup();
    for line in lines.iter().filter(|line| !seen.contains_key(*line)) {
        let message = "never reached: a condition that should be true some time".to_string();
        all.push(finding(message, line, "is reached in no interleaving"));
    }
    all
}

fn finding(message: String, (file, line): &Line, what: &str) -> Finding {
    let mut finding = findings::error(Verdict::AssertionFailed, message, Tick(0));
    finding.locations.push(Site {
        what: what.to_string(),
        file: file.clone(),
        line: *line,
        ..Site::default()
    });
    finding.help =
        Some("what the program was to do in this case has not been looked at".to_string());
    finding
}

/// The lines of a program on which the function is called.
fn calls(image: &Image) -> Vec<Line> {
    let called = image.functions.iter().find(|f| f.name == FUNCTION);
    let text = image.segments.iter().find(|s| s.permissions.execute);
    let (Some(called), Some(text)) = (called, text) else {
        return Vec::new();
    };
    let calls_it = |(n, word): (usize, &[u8])| {
        let pc = text.address + 4 * n as u32;
        let i = decode(u32::from_le_bytes([word[0], word[1], word[2], word[3]]))?;
        let is_call = i.op == Op::Jal && pc.wrapping_add_signed(i.imm) == called.start;
        let (file, line) = image.line_at(pc).filter(|_| is_call)?;
        Some((file.to_string(), line))
    };
    let words = text.bytes.chunks_exact(4).enumerate();
    words.filter_map(calls_it).collect()
}
