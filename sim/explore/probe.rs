//! Looking again: the world is deterministic, so the run is made a second time up to the moments that a
//! finding is about, to see call stacks, locks and names there. The first run need not remember them.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::finding::{Site, StackFrame};
use sim_abi::{Event, MemoryAccess, Schedule, Tick, Tid};
use sim_detect::heap::HeapError;
use sim_detect::held::Held;
use sim_detect::misuse::Misuses;
use sim_detect::race::Race;
use sim_detect::side::{Place, Side};
use sim_kernel::{Config, Mode, Observer, World};

use crate::findings::{Context, name_race, program_frames, side_words};
use crate::inspect::{Evidence, Found};
use crate::names::Names;
use crate::sharing::Sharing;

/// Findings looked at again; more are reported without stacks.
const FINDINGS_MAX: usize = 32;
/// Leaked blocks of one process whose places are shown.
const LEAKS_MAX: usize = 4;

/// A moment: a thread at an instruction, not before a tick. Inside a long run of one core the tick of an
/// access is that of the run's beginning; the first time the instruction comes after it is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    tick: Tick,
    thread: Tid,
    pc: u32,
    /// What is accessed; `None`: it is no access.
    address: Option<u32>,
}

impl From<&Side> for Moment {
    fn from(side: &Side) -> Moment {
        Moment {
            tick: side.tick,
            thread: side.thread,
            pc: side.pc,
            address: (!side.free).then_some(side.address),
        }
    }
}

impl From<&Place> for Moment {
    fn from(place: &Place) -> Moment {
        Moment {
            tick: place.tick,
            thread: place.thread,
            pc: place.pc,
            address: None,
        }
    }
}

/// What was seen.
#[derive(Clone, Debug, Default)]
struct Sight {
    tick: Tick,
    thread: String,
    file: String,
    line: u32,
    stack: Vec<StackFrame>,
    held: Vec<String>,
    /// What lies at the address that was accessed.
    object: String,
}

/// Listens for locks and names, and at the wanted moments looks around.
#[derive(Default)]
pub struct Probe {
    wanted: Vec<Moment>,
    seen: BTreeMap<Moment, Sight>,
    names: Names,
    held: Held,
    misuses: Misuses,
    accesses: Vec<MemoryAccess>,
}

/// Only follows locks and names: fast.
struct Skim<'a>(&'a mut Probe);

impl Observer for Skim<'_> {
    fn event(&mut self, world: &World, event: &Event) {
        self.0.follow(world, event);
    }

    fn space_gone(&mut self, space: u32) {
        self.0.held.forget_space(space);
    }
}

/// Looks at every access and event: slow.
struct Look<'a>(&'a mut Probe);

impl Observer for Look<'_> {
    const ACCESSES: bool = true;
    const SETTLES: bool = true;

    fn event(&mut self, world: &World, event: &Event) {
        self.0.follow(world, event);
        let moment = Moment {
            tick: event.tick,
            thread: event.thread,
            pc: event.pc,
            address: None,
        };
        self.0.look(world, moment, None);
    }

    fn access(&mut self, access: &MemoryAccess) {
        self.0.accesses.push(*access);
    }

    fn settled(&mut self, world: &World) {
        for access in core::mem::take(&mut self.0.accesses) {
            let moment = Moment {
                tick: access.tick,
                thread: access.thread,
                pc: access.pc,
                address: Some(access.address),
            };
            self.0.look(world, moment, Some(&access));
        }
    }

    fn space_gone(&mut self, space: u32) {
        self.0.held.forget_space(space);
    }
}

impl Probe {
    fn new(mut wanted: Vec<Moment>) -> Probe {
        wanted.sort();
        wanted.dedup();
        Probe {
            wanted,
            ..Probe::default()
        }
    }

    fn follow(&mut self, world: &World, event: &Event) {
        self.names.event(world, event);
        self.held.event(event);
    }

    /// Is this one of the moments?
    fn look(&mut self, world: &World, now: Moment, access: Option<&MemoryAccess>) {
        let same = |m: &Moment| {
            let place = |m: &Moment| (m.thread, m.pc, m.address);
            place(m) == place(&now) && m.tick <= now.tick
        };
        let matching: Vec<Moment> = self.wanted.iter().copied().filter(same).collect();
        for moment in matching {
            self.wanted.retain(|m| *m != moment);
            let context = Context {
                world,
                names: &self.names,
                held: &self.held,
                misuses: &self.misuses,
            };
            let (file, line) = world.source_place(now.thread, now.pc).unwrap_or_default();
            let sight = Sight {
                tick: now.tick,
                thread: self.names.thread(now.thread),
                file,
                line,
                stack: program_frames(world.backtrace_at(now.thread, now.pc)),
                held: context.held_names(now.thread),
                object: access.map_or(String::new(), |a| world.location_name(a.thread, a.location)),
            };
            self.seen.insert(moment, sight);
        }
    }

    fn site(&self, moment: Moment, what: String) -> Site {
        let sight = self.seen.get(&moment).cloned().unwrap_or_default();
        let thread = match sight.thread.as_str() {
            "" => self.names.thread(moment.thread),
            name => name.to_string(),
        };
        let tick = if sight.file.is_empty() {
            moment.tick
        } else {
            sight.tick
        };
        Site {
            thread,
            what,
            tick: Some(tick),
            file: sight.file,
            line: sight.line,
            stack: sight.stack,
            held: sight.held,
        }
    }

    fn object(&self, moment: Moment) -> Option<&str> {
        self.seen
            .get(&moment)
            .map(|s| s.object.as_str())
            .filter(|o| !o.is_empty())
    }
}

/// Fills in what findings say about moments that are over; `look_again` makes the run once more.
pub fn complete(found: &mut [Found], look_again: impl FnOnce(Vec<Moment>) -> Probe) {
    let wanted: Vec<Moment> = found
        .iter()
        .take(FINDINGS_MAX)
        .flat_map(|f| moments(&f.evidence))
        .collect();
    if found.iter().all(|f| matches!(f.evidence, Evidence::Told)) {
        return;
    }
    let probe = look_again(wanted);
    for one in found {
        match &one.evidence {
            Evidence::Told => {}
            Evidence::Race(race) => complete_race(&probe, &mut one.finding, race),
            Evidence::Heap(error) => complete_heap(&probe, &mut one.finding, error),
            Evidence::Leak(blocks) => {
                for block in blocks.iter().take(LEAKS_MAX) {
                    let what = alloc::format!("allocates {} bytes", block.size);
                    let site = probe.site((&block.allocated).into(), what);
                    one.finding.locations.push(site);
                }
            }
        }
    }
}

fn moments(evidence: &Evidence) -> Vec<Moment> {
    match evidence {
        Evidence::Told => Vec::new(),
        Evidence::Race(race) => Vec::from([(&race.first).into(), (&race.second).into()]),
        Evidence::Heap(error) => {
            let block = error.block.iter();
            let history = block.flat_map(|b| [Some(b.allocated), b.freed].into_iter().flatten());
            let mut moments: Vec<Moment> = history.map(|place| (&place).into()).collect();
            moments.push((&error.access).into());
            moments
        }
        Evidence::Leak(blocks) => blocks
            .iter()
            .take(LEAKS_MAX)
            .map(|b| (&b.allocated).into())
            .collect(),
    }
}

/// Walks a schedule and sees what is wanted.
pub fn walk_again(config: &Arc<Config>, schedule: &Schedule, wanted: Vec<Moment>) -> Probe {
    let mut probe = Probe::new(wanted);
    walk(config, schedule, &mut Look(&mut probe));
    probe
}

/// Walks a schedule, with somebody listening; as far as it goes.
pub fn walk<O: Observer>(config: &Arc<Config>, schedule: &Schedule, observer: &mut O) {
    let mut sharing = Sharing::frozen(&schedule.shared);
    let mut world = World::boot(config, Mode::Choices);
    world.settle(&mut sharing, observer);
    let mut choices = schedule.choices.iter();
    while let Some(choice) = choices.next()
        && world.step(*choice, &mut sharing, observer).is_ok()
    {}
}

/// Runs by the clock and sees what is wanted.
pub fn run_again(config: &Arc<Config>, wanted: Vec<Moment>) -> Probe {
    let mut probe = Probe::new(wanted);
    let mut world = World::boot(config, Mode::Clock);
    while let Some(next) = probe.wanted.first().copied() {
        while world.now() < next.tick {
            if world.tick(&mut Skim(&mut probe), next.tick).is_some() {
                return probe;
            }
        }
        // The moment comes within this run of the core: before its time slice is over.
        let end = Tick(
            next.tick
                .0
                .saturating_add(4 * config.quantum.min(1 << 20) + 16),
        );
        while probe.wanted.first() == Some(&next) && world.now() < end {
            if world.tick(&mut Look(&mut probe), end).is_some() {
                return probe;
            }
        }
        probe.wanted.retain(|m| *m != next);
    }
    probe
}

fn complete_race(probe: &Probe, finding: &mut sim_abi::Finding, race: &Race) {
    let (first, second) = (Moment::from(&race.first), Moment::from(&race.second));
    let name = probe.object(second).or(probe.object(first));
    let name = name.map_or_else(
        || alloc::format!("{:#x}", race.address),
        ToString::to_string,
    );
    let one = probe.site(first, side_words(&race.first, &name));
    let two = probe.site(second, side_words(&race.second, &name));
    name_race(finding, race, &name, one, two);
}

fn complete_heap(probe: &Probe, finding: &mut sim_abi::Finding, error: &HeapError) {
    let verb = match (error.access.free, error.access.write) {
        (true, _) => "frees it",
        (false, true) => "writes it",
        (false, false) => "reads it",
    };
    let access = probe.site((&error.access).into(), verb.to_string());
    finding.threads.push(access.thread.clone());
    finding.tick = access.tick.unwrap_or(finding.tick);
    finding.locations.push(access);
    if let Some(block) = error.block {
        let what = alloc::format!("allocates the block, {} bytes", block.size);
        finding
            .locations
            .push(probe.site((&block.allocated).into(), what));
        if let Some(freed) = block.freed {
            finding
                .locations
                .push(probe.site((&freed).into(), "frees it".to_string()));
        }
    }
}
