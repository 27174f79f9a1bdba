//! Several busy cores: one instruction of each a tick, the lower core first.
//!
//! As long as no core needs the kernel, nothing but registers and memory changes. Such a stretch works on
//! copies of the registers, one lane for each core, and the accounts are settled at its end. The tick in
//! which a core stops is finished core by core, with the kernel: the instruction that stopped has not
//! happened, and is executed again there.
//!
//! Not here: how far cores may run at all (`clock`).

use alloc::vec;
use alloc::vec::Vec;

use sim_abi::CoreId;
use sim_machine::{Registers, SpaceId, Stop};

use crate::clock::later;
use crate::observer::Observer;
use crate::thread::{ThreadBody, ThreadKey};
use crate::watch::{LaneWatch, View};
use crate::world::World;

/// A core in a stretch.
struct Lane<'a> {
    /// Which of those that run.
    index: usize,
    registers: Registers,
    space: SpaceId,
    view: View<'a>,
}

/// How far a stretch went.
struct Reached {
    /// Ticks in which all cores executed.
    ticks: u64,
    /// The cores before this one executed in the tick after them too.
    ahead: usize,
}

impl World {
    /// Several cores are busy: tick by tick, until something happens, or for `ticks`.
    pub(crate) fn run_lockstep<O: Observer>(
        &mut self,
        observer: &mut O,
        runs: &[(u16, ThreadKey)],
        ticks: u64,
    ) {
        let from = self.clock.now;
        let reached = self.stretch(observer, runs, ticks);
        let (mut done, mut first) = (reached.ticks, reached.ahead);
        let mut happened = false;
        let mut told = vec![false; runs.len()];
        while done < ticks && !happened {
            self.clock.now = later(from, done);
            for (index, (number, t)) in runs.iter().enumerate().skip(first) {
                // A core before this one in the same tick may have ended this thread.
                if self.clock.cores[usize::from(*number)].thread != Some(*t) {
                    continue;
                }
                if matches!(self.threads[*t].body, ThreadBody::Bursts { .. }) {
                    self.compute(*t, 1);
                    continue;
                }
                let (_, stop) = self.run_hart(observer, *number, *t, 1);
                if let Some(stop) = stop {
                    happened = true;
                    let took = self.serve(observer, *number, *t, stop);
                    told[index] = true;
                    self.spent(observer, *number, from, done + took);
                    let end = later(self.clock.now, took);
                    self.pay(observer, *number, end);
                }
            }
            first = 0;
            done += 1;
        }
        for (index, (number, _)) in runs.iter().enumerate() {
            if !told[index] {
                self.spent(observer, *number, from, done);
            }
        }
        self.clock.now = later(from, done);
    }

    /// Executes while no core needs the kernel, for `ticks` at most; then threads and accounts are as
    /// after going tick by tick.
    fn stretch<O: Observer>(
        &mut self,
        observer: &mut O,
        runs: &[(u16, ThreadKey)],
        ticks: u64,
    ) -> Reached {
        let mut reached = Reached { ticks: 0, ahead: 0 };
        let signalled = |(_, t): &(u16, ThreadKey)| self.threads[*t].pending_signals != 0;
        // Who wants to look at the world after each instruction needs it up to date.
        if O::SETTLES || O::INSTRUCTIONS || runs.iter().any(signalled) {
            return reached;
        }
        let from = self.clock.now;
        let mut lanes = Vec::with_capacity(runs.len());
        for (index, (number, t)) in runs.iter().enumerate() {
            let thread = &*self.threads[*t];
            if thread.body == ThreadBody::Program {
                let process = &self.processes[thread.process];
                lanes.push(Lane {
                    index,
                    registers: thread.registers,
                    space: process.space.id,
                    view: View::new(from, Some(CoreId(*number)), thread, process),
                });
            }
        }
        'ticks: while reached.ticks < ticks {
            for lane in &mut lanes {
                if O::ACCESSES {
                    lane.view.set_tick(later(from, reached.ticks));
                }
                let mut watch = LaneWatch {
                    observer,
                    view: &lane.view,
                };
                let memory = &mut self.memory;
                let registers = &mut lane.registers;
                let (_, stop) = sim_machine::run(registers, memory, lane.space, 1, &mut watch);
                if stop != Stop::Budget {
                    reached.ahead = lane.index;
                    break 'ticks;
                }
            }
            reached.ticks += 1;
        }
        for lane in lanes {
            self.threads[runs[lane.index].1].registers = lane.registers;
        }
        self.settle_stretch(runs, &reached);
        reached
    }

    /// The accounts of a stretch.
    fn settle_stretch(&mut self, runs: &[(u16, ThreadKey)], reached: &Reached) {
        for (index, (_, t)) in runs.iter().enumerate() {
            let executed = reached.ticks + u64::from(index < reached.ahead);
            match self.threads[*t].body {
                ThreadBody::Bursts { .. } => self.compute(*t, executed),
                ThreadBody::Program => {
                    let account = &mut self.threads[*t].account;
                    account.running += executed;
                    account.instructions += executed;
                    self.clock.instructions += executed;
                }
            }
        }
    }
}
