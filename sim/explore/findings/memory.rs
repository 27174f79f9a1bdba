//! Findings about memory: data races, wrong use of the heap, leaks. They are made without names, which are
//! filled in when the run has been looked at once more (`probe.rs`).

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use sim_abi::finding::Site;
use sim_abi::{Event, Finding, FindingKind, Verdict};
use sim_detect::heap::{Block, HeapError, HeapErrorKind};
use sim_detect::race::Race;
use sim_detect::side::Side;

use super::{error, list, short, warning};

/// A race, before its sides have been looked at.
pub fn unnamed_race(race: &Race) -> Finding {
    error(Verdict::DataRace, String::new(), race.second.tick)
}

/// What one side of a race or heap error does to `name`.
pub fn side_words(side: &Side, name: &str) -> String {
    let atomically = if side.atomic { "atomically " } else { "" };
    match (side.free, side.write) {
        (true, _) => format!("frees {name}"),
        (false, true) => format!("{atomically}writes {name}"),
        (false, false) => format!("{atomically}reads {name}"),
    }
}

/// The sentence about a race on `name`.
pub fn name_race(finding: &mut Finding, race: &Race, name: &str, first: Site, second: Site) {
    let by = |side: &Side, site: &Site| {
        let verb = match (side.free, side.write) {
            (true, _) => "freed",
            (false, true) => "written",
            (false, false) => "read",
        };
        format!("{verb} by {}", site.thread)
    };
    finding.message = format!(
        "data race: {name} is {} and {}, and nothing orders the two",
        by(&race.first, &first),
        by(&race.second, &second)
    );
    finding.about = Some(name.to_string());
    finding.tick = second.tick.unwrap_or(finding.tick);
    finding.threads = Vec::from([first.thread.clone(), second.thread.clone()]);
    finding.locations = Vec::from([first, second]);
    finding.help = Some("let one mutex protect every access, or make it atomic".to_string());
}

/// One finding of races for each variable and pair of lines: of the others there, a note says what they do.
/// Together with the rest, in the same order.
pub fn one_race_each(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings {
        let key = race_key(&finding);
        let same = kept
            .iter_mut()
            .find(|k| key.is_some() && race_key(k) == key);
        let Some(known) = same else {
            kept.push(finding);
            continue;
        };
        let sides = |f: &Finding| -> Vec<String> {
            let threads: BTreeSet<&str> = f.locations.iter().map(|s| short(&s.thread)).collect();
            let name = |s: &Site| match threads.len() < f.locations.len() {
                true => s.thread.clone(),
                false => short(&s.thread).to_string(),
            };
            let about = f.about.as_deref().unwrap_or_default();
            let side = |s: &Site| format!("{} {}", name(s), s.what.replace(about, "it"));
            let mut sides: Vec<String> = f.locations.iter().map(side).collect();
            sides.sort();
            sides
        };
        let note = format!("another race at these lines: {}", list(&sides(&finding)));
        if sides(known) != sides(&finding) && !known.notes.contains(&note) {
            known.notes.push(note);
        }
    }
    kept
}

/// The variable and both lines of a race, if they are known.
fn race_key(finding: &Finding) -> Option<(&str, [(&str, u32); 2])> {
    let [one, two] = finding.locations.as_slice() else {
        return None;
    };
    let about = finding.about.as_deref()?;
    if one.line == 0 || two.line == 0 {
        return None;
    }
    let mut places = [one, two].map(|site| (site.file.as_str(), site.line));
    places.sort_unstable();
    Some((about, places))
}

/// What to do about a wrong use of the heap. Each kind has its own.
pub fn heap_help(kind: HeapErrorKind) -> &'static str {
    match kind {
        HeapErrorKind::UseAfterFree => "free it after its last use",
        HeapErrorKind::OutOfBounds { .. } => "the index or the size is wrong",
        HeapErrorKind::Uninitialised => "write it first, or use calloc",
        HeapErrorKind::FreeTwice => "set the pointer to NULL after free",
        HeapErrorKind::FreeInvalid => "free what malloc returned, and nothing else",
    }
}

/// A heap error, before its places have been looked at.
pub fn unnamed_heap_error(heap: &HeapError) -> Finding {
    let bytes = |n: u32| {
        if n == 1 {
            "1 byte".to_string()
        } else {
            format!("{n} bytes")
        }
    };
    let block = heap.block.map_or("no heap block".to_string(), |b| {
        format!("a block of {}", bytes(b.size))
    });
    let verb = if heap.access.write { "writes" } else { "reads" };
    let message = match heap.kind {
        HeapErrorKind::UseAfterFree => {
            format!("memory error: {verb} {block} that has been freed")
        }
        HeapErrorKind::OutOfBounds { distance, after } => {
            let size = heap.block.map_or(0, |b| b.size);
            match after {
                true => format!(
                    "memory error: {verb} behind the end of {block}, at offset {}",
                    u64::from(size) + u64::from(distance)
                ),
                false => format!(
                    "memory error: {verb} {} before the start of {block}",
                    bytes(distance.saturating_add(1))
                ),
            }
        }
        HeapErrorKind::Uninitialised => {
            format!("memory error: uses bytes of {block} that were never written")
        }
        HeapErrorKind::FreeTwice => format!("memory error: frees {block} a second time"),
        HeapErrorKind::FreeInvalid => format!(
            "memory error: frees {:#x}, which is no heap block",
            heap.address
        ),
    };
    let mut finding = error(Verdict::MemoryError, message, heap.access.tick);
    finding.help = Some(heap_help(heap.kind).to_string());
    finding
}

/// Leaks of one process, before the places of allocation have been looked at.
pub fn unnamed_leak(event: &Event, leaks: &[Block]) -> Finding {
    let bytes: u64 = leaks.iter().map(|b| u64::from(b.size)).sum();
    let blocks = if leaks.len() == 1 {
        "1 block was".to_string()
    } else {
        format!("{} blocks were", leaks.len())
    };
    let message = format!("leak: {blocks} never freed, {bytes} bytes in all");
    let mut finding = warning(FindingKind::Leak, message, event.tick);
    finding.help =
        Some("free what you allocate; at exit the system takes it back anyway".to_string());
    finding
}
