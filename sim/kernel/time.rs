//! What programs can ask of the clock: sleeping, reading it, giving the core away.
//!
//! All clocks start at 0 when the computer starts, but for the calendar's, which starts at
//! [`EPOCH_SECONDS`]: a fixed date, so that every run prints the same.

use sim_abi::event::Fault;
use sim_abi::syscall::Errno;
use sim_abi::{EventKind, Tick};

use crate::thread::{State, ThreadKey};
use crate::wait::{Attempt, Outcome, Wait, done, failed};
use crate::world::{Mode, World};

/// 2024-01-01 00:00:00 UTC.
pub const EPOCH_SECONDS: u64 = 1_704_067_200;
const TICKS_PER_SECOND: u64 = 1_000_000;

impl World {
    /// A `struct timespec` in ticks, rounded up; calendar times count from the start.
    pub(crate) fn timespec(&mut self, t: ThreadKey, at: u32) -> Result<u64, Fault> {
        let seconds = u64::from(self.load_word(t, at)?);
        let nanoseconds = u64::from(self.load_word(t, at.wrapping_add(4))?);
        let seconds = seconds.checked_sub(EPOCH_SECONDS).unwrap_or(seconds);
        Ok(seconds * TICKS_PER_SECOND + nanoseconds.div_ceil(1000))
    }

    pub(crate) fn nanosleep(
        &mut self,
        t: ThreadKey,
        request: u32,
        until: &mut Option<Tick>,
    ) -> Attempt {
        let nanoseconds = self.load_word(t, request.wrapping_add(4))?;
        if nanoseconds >= 1_000_000_000 {
            return failed(Errno::EINVAL);
        }
        let seconds = u64::from(self.load_word(t, request)?);
        let ticks = seconds * TICKS_PER_SECOND + u64::from(nanoseconds).div_ceil(1000);
        if self.mode == Mode::Choices {
            self.threads[t].slept += ticks;
            return match self.has_handlers(t) {
                true => Ok(Outcome::Wait(Wait::Sleep)),
                false => done(0),
            };
        }
        *until = Some(Tick(self.clock.moment.0.saturating_add(ticks)));
        Ok(Outcome::Wait(Wait::Sleep))
    }

    /// What a clock shows to a thread: CPU time clocks show what it, or its process, has used.
    fn clock_value(&mut self, t: ThreadKey, clock: u32) -> Option<u64> {
        const REALTIME: [u32; 2] = [0, 5];
        const MONOTONIC: [u32; 4] = [1, 4, 6, 7];
        let used = |world: &World, t: ThreadKey| world.threads[t].account.running;
        match clock {
            c if REALTIME.contains(&c) => Some(EPOCH_SECONDS * TICKS_PER_SECOND + self.time_of(t)),
            c if MONOTONIC.contains(&c) => Some(self.time_of(t)),
            2 => {
                let process = &self.processes[self.threads[t].process];
                Some(process.threads.iter().map(|t| used(self, *t)).sum())
            }
            3 => Some(used(self, t)),
            _ => None,
        }
    }

    /// The time a thread knows: under choices only what it has slept itself.
    fn time_of(&mut self, t: ThreadKey) -> u64 {
        match self.mode {
            Mode::Clock => self.clock.now.0,
            Mode::Choices => {
                self.clock_read = true;
                self.threads[t].slept
            }
        }
    }

    pub(crate) fn clock_gettime(&mut self, t: ThreadKey, clock: u32, to: u32) -> Attempt {
        let Some(ticks) = self.clock_value(t, clock) else {
            return failed(Errno::EINVAL);
        };
        self.put_time(t, to, ticks, 1000)
    }

    pub(crate) fn gettimeofday(&mut self, t: ThreadKey, to: u32) -> Attempt {
        match to {
            0 => done(0),
            _ => self.put_time(
                t,
                to,
                EPOCH_SECONDS * TICKS_PER_SECOND + self.clock.now.0,
                1,
            ),
        }
    }

    /// Two words: seconds, and parts of one (`unit` of them a microsecond).
    fn put_time(&mut self, t: ThreadKey, to: u32, ticks: u64, unit: u64) -> Attempt {
        let seconds = (ticks / TICKS_PER_SECOND) as u32;
        let parts = (ticks % TICKS_PER_SECOND * unit) as u32;
        let mut bytes = [0; 8];
        bytes[..4].copy_from_slice(&seconds.to_le_bytes());
        bytes[4..].copy_from_slice(&parts.to_le_bytes());
        self.copy_out(t, to, &bytes)?;
        done(0)
    }

    /// `library`: for a lock of the C library's own, which is not the program's doing.
    pub(crate) fn sched_yield(&mut self, t: ThreadKey, library: bool) -> Attempt {
        if let State::Running(core) = self.threads[t].state
            && self.clock.policy.waits_for(core, &self.affinities())
        {
            if !library {
                self.tell(t, EventKind::Yields);
            }
            self.clock.cores[usize::from(core.0)].yields = true;
        }
        done(0)
    }
}
