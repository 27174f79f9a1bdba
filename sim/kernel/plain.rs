//! Who plainly goes on: the short way to see that nobody waits for ever, asked at every wait and end.
//!
//! The exact answer (`sim-detect`'s graph reduction over [`World::facts`]) looks at every thread and at all
//! who could help it. Nearly always much less is enough, because somebody runs:
//!
//!   P1  who runs, is ready or waits with a deadline goes on;
//!   P2  who waits for an owner goes on if the owner does, looked for a few owners deep;
//!   P3  who waits for any of many goes on if one of these does by P1.
//!
//! True here is true there. False here says nothing: then the exact answer is asked for. Only under the
//! clock, where waits stand in queues: the waiters of one object have the same who could help them, so that
//! the cost follows the number of objects waited for, not of waiters.

use alloc::collections::BTreeMap;

use sim_abi::{Object, Tid};

use crate::files::FileKind;
use crate::process::ProcessKey;
use crate::thread::{State, ThreadKey};
use crate::wait::Wait;
use crate::world::World;

/// How many owners deep P2 looks.
const DEPTH: u32 = 8;

/// What has been found out about processes: does one of its threads go on by P1?
type Lively = BTreeMap<ProcessKey, bool>;

impl World {
    /// Does this thread plainly go on?
    pub(crate) fn plainly_goes_on(&self, t: ThreadKey) -> bool {
        self.goes_on(t, DEPTH, &mut Lively::new())
    }

    /// Do all threads plainly go on?
    pub(crate) fn plainly_all_go_on(&self) -> bool {
        let mut lively = Lively::new();
        self.queues.iter().all(|(object, queue)| {
            let mut waiters = queue.iter().filter(|t| !self.moves(**t));
            match object {
                Object::Clock | Object::Device => true,
                // Each of these has others who could help it.
                Object::Pipe(_) | Object::Process(_) | Object::Children(_) => {
                    waiters.all(|t| self.goes_on(*t, DEPTH, &mut lively))
                }
                _ => waiters
                    .next()
                    .is_none_or(|t| self.goes_on(*t, DEPTH, &mut lively)),
            }
        })
    }

    /// P1
    fn moves(&self, t: ThreadKey) -> bool {
        match &self.threads[t].state {
            State::Ready | State::Running(_) => true,
            State::Blocked(blocked) => {
                blocked.until.is_some() || matches!(blocked.wait, Wait::Sleep | Wait::Device)
            }
            State::Ended => false,
        }
    }

    fn goes_on(&self, t: ThreadKey, depth: u32, lively: &mut Lively) -> bool {
        if self.moves(t) {
            return true;
        }
        let (Some(blocked), Some(depth)) = (self.threads[t].blocked(), depth.checked_sub(1)) else {
            return false;
        };
        let mut owner = |owner: Option<Tid>| {
            let key = owner.and_then(|tid| self.tids.get(&tid).copied());
            key.is_some_and(|key| self.goes_on(key, depth, lively))
        };
        match blocked.wait {
            Wait::Lock(at) | Wait::Relock { mutex: at, .. } => {
                let holder = self.mutex_owner(t, at);
                self.reaches(holder, t, at) && owner(holder)
            }
            Wait::Once(at) => {
                let runner = self.once_runner(t, at);
                self.reaches(runner, t, at) && owner(runner)
            }
            Wait::ReadLock(at) | Wait::WriteLock(at) => match self.rwlock_writer(t, at) {
                None => self.somebody_sees(t, at, lively),
                writer => self.reaches(writer, t, at) && owner(writer),
            },
            Wait::Join(tid, _) => owner(Some(tid)),
            Wait::Semaphore(at)
            | Wait::Condition { condition: at, .. }
            | Wait::Barrier { barrier: at, .. } => self.somebody_sees(t, at, lively),
            Wait::Child(pid, _) => {
                let children = &self.processes[self.threads[t].process].children;
                children
                    .iter()
                    .filter(|child| pid.is_none_or(|pid| pid == **child))
                    .filter_map(|child| self.pids.get(child))
                    .any(|p| self.lives(*p, lively))
            }
            Wait::PipeRead { pipe, .. } => self.has_end(FileKind::PipeWrite(pipe)),
            Wait::PipeWrite { pipe, .. } => self.has_end(FileKind::PipeRead(pipe)),
            Wait::Signal => self.movers().next().is_some(),
            Wait::Sleep | Wait::Device => true,
        }
    }

    /// Can the holder touch what lies at an address of `t`?
    fn reaches(&self, holder: Option<Tid>, t: ThreadKey, address: u32) -> bool {
        let holder = holder.and_then(|tid| self.thread(tid));
        holder.is_some_and(|holder| self.sees(holder.process, t, address))
    }

    /// Threads that go on by P1, those on cores first.
    fn movers(&self) -> impl Iterator<Item = ThreadKey> + '_ {
        let running = self.clock.busy.iter();
        let running = running.filter_map(|core| self.clock.cores[usize::from(core)].thread);
        running
            .chain(self.clock.policy.threads())
            .chain(self.clock.timers.threads())
    }

    /// P3: does somebody move who can touch what lies at an address of `t`?
    fn somebody_sees(&self, t: ThreadKey, address: u32, lively: &mut Lively) -> bool {
        let see = |other: ThreadKey| self.sees(self.threads[other].process, t, address);
        self.lives(self.threads[t].process, lively) || self.movers().any(see)
    }

    /// Does one of a process's threads move?
    fn lives(&self, p: ProcessKey, lively: &mut Lively) -> bool {
        let moves = || self.movers().any(|t| self.threads[t].process == p);
        *lively.entry(p).or_insert_with(moves)
    }

    fn has_end(&self, end: FileKind) -> bool {
        self.movers()
            .any(|t| self.has_open(self.threads[t].process, &end))
    }
}
