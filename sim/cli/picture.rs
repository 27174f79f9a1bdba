//! `--svg KIND[@WHEN]=FILE`: pictures of a run.

use std::path::PathBuf;
use std::str::FromStr;

use sim_abi::moment::{MemoryMap, WaitGraph};
use sim_abi::record::RunRecord;
use sim_abi::{FindingKind, Tick, Verdict};
use sim_explore::moment;
use sim_kernel::Config;
use sim_report::svg::{self, Window};

use crate::Failure;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Which thread ran on which core, when.
    Timeline,
    /// What lies where in the processes' memory.
    Memory,
    /// Who waits for what.
    Waits,
}

impl Kind {
    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Kind> {
        match name {
            "timeline" => Some(Kind::Timeline),
            "memory" => Some(Kind::Memory),
            "waits" => Some(Kind::Waits),
            _ => None,
        }
    }
}

/// A picture that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Of what.
    pub kind: Kind,
    /// When: a moment, or the part of the time line.
    pub when: When,
    /// The file to write.
    pub file: PathBuf,
}

/// What part of a run is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct When {
    /// The first tick, or the only one.
    pub from: Option<u64>,
    /// One past the last.
    pub to: Option<u64>,
}

impl FromStr for When {
    type Err = String;

    /// `260`, `100-260`, `100-`.
    fn from_str(text: &str) -> Result<When, String> {
        let number = |text: &str| {
            let wrong = |_| format!("`{text}` is no tick; a range is written 100-260 or 100-");
            text.trim().parse::<u64>().map_err(wrong)
        };
        let Some((from, to)) = text.split_once('-') else {
            let from = Some(number(text)?);
            return Ok(When { from, to: from });
        };
        let from = Some(number(from)?);
        let to = match to.trim() {
            "" => None,
            to => Some(number(to)?),
        };
        Ok(When { from, to })
    }
}

impl FromStr for Picture {
    type Err = String;

    fn from_str(text: &str) -> Result<Picture, String> {
        let (what, file) = text
            .split_once('=')
            .filter(|(_, file)| !file.is_empty())
            .ok_or("a picture is asked for like this: timeline=FILE")?;
        let (kind, when) = match what.split_once('@') {
            Some((kind, when)) => (kind, when.parse()?),
            None => (what, When::default()),
        };
        let kind = Kind::from_name(kind)
            .ok_or_else(|| format!("there is no picture `{kind}`: timeline, memory, waits"))?;
        if kind != Kind::Timeline && when.from != when.to {
            return Err("a memory map and a wait-for graph have one tick: memory@260=FILE".into());
        }
        let file = PathBuf::from(file);
        Ok(Picture { kind, when, file })
    }
}

/// Draws and writes the pictures.
pub fn write(list: &[Picture], config: &Config, record: &RunRecord) -> Result<(), Failure> {
    for picture in list {
        let svg = draw(picture.kind, picture.when, config, record, &|_| true);
        std::fs::write(&picture.file, svg).map_err(|error| {
            Failure::new(format!(
                "cannot write `{}`: {error}",
                picture.file.display()
            ))
        })?;
    }
    Ok(())
}

/// Draws a picture; of the memory only the processes (by name or number) that are wanted.
pub fn draw(
    kind: Kind,
    when: When,
    config: &Config,
    record: &RunRecord,
    wanted: &dyn Fn(&str) -> bool,
) -> String {
    let tick = when.from.map(Tick);
    match kind {
        Kind::Timeline => {
            let window = when.from.map(|from| Window {
                from,
                to: when.to.unwrap_or(u64::MAX),
            });
            svg::timeline(record, window)
        }
        Kind::Memory => svg::memory(&maps(when, config, wanted)),
        Kind::Waits => svg::waits(&waits(config, tick, record)),
    }
}

/// A picture of the memory for each process by itself: a page of a book arranges them as it has room.
pub fn memories(when: When, config: &Config, wanted: &dyn Fn(&str) -> bool) -> Vec<String> {
    let maps = maps(when, config, wanted);
    match maps.len() {
        // One picture says that there is nothing, or leaves out what is too much.
        0 | 13.. => Vec::from([svg::memory(&maps)]),
        _ => maps.chunks(1).map(svg::memory).collect(),
    }
}

fn maps(when: When, config: &Config, wanted: &dyn Fn(&str) -> bool) -> Vec<MemoryMap> {
    let mut maps = moment::memory(config, when.from.map(Tick));
    maps.retain(|map| wanted(&map.process) || wanted(&map.pid.to_string()));
    maps
}

/// Without a tick: at the end, when all that wait behind a deadlock do; if nobody waits then (the process
/// may have been ended by another), when the deadlock was found.
fn waits(config: &Config, tick: Option<Tick>, record: &RunRecord) -> WaitGraph {
    let graph = moment::waits(config, tick);
    let anybody = graph.threads.iter().any(|t| t.waits.is_some());
    match deadlock(record).filter(|_| tick.is_none() && !anybody) {
        Some(tick) => moment::waits(config, Some(tick)),
        None => graph,
    }
}

/// When the first deadlock was found.
fn deadlock(record: &RunRecord) -> Option<Tick> {
    let deadlock = FindingKind::Error(Verdict::Deadlock);
    let finding = record.findings.iter().find(|f| f.kind == deadlock)?;
    Some(finding.tick)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_pictures_are_asked_for() {
        let picture = |text: &str| text.parse::<Picture>();
        let when = |from, to| When { from, to };
        let good = picture("timeline@100-260=a=b.svg").expect("it is well-formed");
        assert_eq!(good.kind, Kind::Timeline);
        assert_eq!(good.when, when(Some(100), Some(260)));
        assert_eq!(good.file, PathBuf::from("a=b.svg"));
        let open = picture("timeline@100-=x").map(|p| p.when);
        assert_eq!(open, Ok(when(Some(100), None)));
        for bad in [
            "timeline",
            "memory=",
            "sound=x",
            "memory@1-2=x",
            "waits@x=y",
            "waits@=y",
        ] {
            assert!(picture(bad).is_err(), "{bad}");
        }
    }
}
