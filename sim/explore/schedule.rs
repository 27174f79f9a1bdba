//! A schedule as a small text file, and the number of the program it belongs to.
//!
//! ```text
//! sim schedule
//! version 0.1.0
//! program 2f0c…
//! shared 1 0x20010 2
//! step 2
//! alt 3 1
//! ```
//!
//! `shared`: so many words from this address of a private address space are shared (`frame`: bytes of a
//! physical frame), so that steps end where they ended; `step T`: thread T does its next visible
//! operation; `alt T N`: with its outcome N.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;
use core::hash::{BuildHasher, Hasher};

use sim_abi::{Choice, Location, Schedule, Tid};
use sim_kernel::Config;

use crate::hash::{Fixed, Folding};

/// The first line of the file.
const TITLE: &str = "sim schedule";

/// The version of these rules: the command's.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Why a text is no schedule, or not this program's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The text is no schedule: line, from 1.
    Malformed(usize),
    /// It was made for another program.
    OtherProgram,
    /// It was made by another version.
    OtherVersion(String),
    /// This choice (from 1) is not possible: it does not belong to this program.
    Impossible(usize),
}

/// Feeds text to two hashers.
struct Sink(Folding, Folding);

impl Write for Sink {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.0.write(text.as_bytes());
        self.1.write(text.as_bytes());
        Ok(())
    }
}

/// The number of a scenario's programs, processes and files: what a schedule depends on.
pub fn program_id(config: &Config) -> u128 {
    let mut second = Fixed.build_hasher();
    second.write_u64(1);
    let mut sink = Sink(Fixed.build_hasher(), second);
    for program in &config.programs {
        let image = &program.image;
        let _ = write!(sink, "{}\0{:?}\0", program.name, image.entry);
        for segment in &image.segments {
            let _ = write!(sink, "{segment:?}\0");
        }
    }
    let _ = write!(sink, "{:?}{:?}", config.processes, config.files);
    u128::from(sink.0.finish()) << 64 | u128::from(sink.1.finish())
}

/// The file.
pub fn write(schedule: &Schedule) -> String {
    let mut text = format!(
        "{TITLE}\nversion {}\nprogram {:032x}\n",
        schedule.version, schedule.program
    );
    let mut shared = schedule.shared.iter().copied().peekable();
    while let Some(first) = shared.next() {
        let mut count = 1;
        while shared.next_if_eq(&first.plus(4 * count)).is_some() {
            count += 1;
        }
        let line = match first {
            Location::Private { space, address } => format!("shared {space} {address:#x} {count}"),
            Location::Shared { frame, offset } => format!("frame {frame} {offset:#x} {count}"),
        };
        text += &line;
        text.push('\n');
    }
    for choice in &schedule.choices {
        let line = match choice {
            Choice::Step(tid) => format!("step {tid}\n"),
            Choice::Alt(tid, n) => format!("alt {tid} {n}\n"),
            Choice::Tick => "tick\n".to_string(),
        };
        text += &line;
    }
    text
}

/// The schedule in a file.
///
/// # Errors
/// The text is none.
pub fn read(text: &str) -> Result<Schedule, Refusal> {
    let mut schedule = Schedule::default();
    let mut lines = text.lines().enumerate();
    if lines.next().is_none_or(|(_, line)| line.trim() != TITLE) {
        return Err(Refusal::Malformed(1));
    }
    for (n, line) in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        read_line(&words, &mut schedule).ok_or(Refusal::Malformed(n + 1))?;
    }
    schedule.shared.sort();
    Ok(schedule)
}

fn read_line(words: &[&str], schedule: &mut Schedule) -> Option<()> {
    match words {
        [] => {}
        ["version", version] => schedule.version = version.to_string(),
        ["program", id] => schedule.program = u128::from_str_radix(id, 16).ok()?,
        ["shared", space, address, count] => {
            let (space, address) = (number(space)?, number(address)?);
            let first = Location::Private { space, address };
            read_words(first, count, schedule)?;
        }
        ["frame", frame, offset, count] => {
            let (frame, offset) = (number(frame)?, number(offset)?);
            let first = Location::Shared { frame, offset };
            read_words(first, count, schedule)?;
        }
        ["step", tid] => schedule.choices.push(Choice::Step(Tid(number(tid)?))),
        ["alt", tid, n] => {
            let alternative = Choice::Alt(Tid(number(tid)?), number(n)?);
            schedule.choices.push(alternative);
        }
        _ => return None,
    }
    Some(())
}

fn read_words(first: Location, count: &str, schedule: &mut Schedule) -> Option<()> {
    const WORDS_MAX: u32 = 1 << 20;
    let count = number(count).filter(|count| *count <= WORDS_MAX)?;
    schedule
        .shared
        .extend((0..count).map(|n| first.plus(4 * n)));
    Some(())
}

fn number(word: &str) -> Option<u32> {
    match word.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => word.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let word = |address| Location::Private { space: 1, address };
        let schedule = Schedule {
            program: 0x1234 << 100,
            version: VERSION.to_string(),
            shared: Vec::from([
                word(0x20000),
                word(0x20004),
                word(0x20010),
                Location::Shared {
                    frame: 7,
                    offset: 12,
                },
            ]),
            choices: Vec::from([Choice::Step(Tid(2)), Choice::Alt(Tid(3), 1)]),
        };
        assert_eq!(read(&write(&schedule)), Ok(schedule));
    }

    #[test]
    fn other_texts_are_refused() {
        assert_eq!(read(""), Err(Refusal::Malformed(1)));
        assert_eq!(read("sim schedule\nstep two\n"), Err(Refusal::Malformed(2)));
        let many = "sim schedule\nshared 1 0x0 4000000000\n";
        assert_eq!(read(many), Err(Refusal::Malformed(2)));
    }
}
