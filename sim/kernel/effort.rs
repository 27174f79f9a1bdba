//! What counts towards the limits of a run besides instructions: what the kernel does for programs, and what
//! they give it to keep. A program must not keep the simulator busy, or fill its memory, for ever.
//!
//! Effort is measured in instructions: about what it costs to simulate. It is no simulated time.

use crate::clock::Clock;
use crate::world::World;

/// What a system call counts for the limit of instructions besides its own: about what it costs to
/// simulate.
pub(crate) const EFFORT_OF_A_CALL: u64 = 100;
/// The same for giving a core to a thread: without it, synthetic processes could switch for ever.
pub(crate) const EFFORT_OF_A_SWITCH: u64 = 10;
/// The same for the end of a wait.
const EFFORT_OF_A_WAKEUP: u64 = 50;
/// The same for starting a handler, with all that its return does.
const EFFORT_OF_A_SIGNAL: u64 = 200;
/// The same for a new process or a new program, besides its pages.
const EFFORT_OF_A_PROCESS: u64 = 20_000;

impl Clock {
    /// What the limit of instructions is about: a program must not keep the kernel busy for ever either.
    pub(crate) fn work(&self) -> u64 {
        self.instructions.saturating_add(self.effort)
    }
}

impl World {
    /// A program gives the kernel so many bytes to keep; nobody's memory is endless.
    pub(crate) fn store(&mut self, bytes: usize) {
        const STORED_MAX: u64 = 1 << 30;
        self.clock.stored = self.clock.stored.saturating_add(bytes as u64);
        if self.clock.stored > STORED_MAX {
            self.limit = Some("bytes of files");
        }
    }

    /// The kernel works on so many bytes for a program.
    pub(crate) fn effort(&mut self, bytes: u32) {
        const BYTES_PER_INSTRUCTION: u64 = 16;
        self.clock.effort += u64::from(bytes) / BYTES_PER_INSTRUCTION;
    }

    /// The kernel ends a wait.
    pub(crate) fn effort_of_wakeup(&mut self) {
        self.clock.effort += EFFORT_OF_A_WAKEUP;
    }

    /// The kernel has a program handle a signal.
    pub(crate) fn effort_of_signal(&mut self) {
        self.clock.effort += EFFORT_OF_A_SIGNAL;
    }

    /// The kernel makes a process, or gives one another program.
    pub(crate) fn effort_of_process(&mut self) {
        self.clock.effort += EFFORT_OF_A_PROCESS;
    }

    /// The kernel looks through so many entries of a table for a program.
    pub(crate) fn effort_of_search(&mut self, entries: usize) {
        self.clock.effort += entries as u64;
    }

    pub(crate) fn limit_reached(&self) -> Option<&'static str> {
        let limits = &self.config.limits;
        match self.limit {
            Some(limit) => Some(limit),
            None if self.clock.work() >= limits.instructions => Some("instructions"),
            None if self.clock.now.0 >= limits.ticks => Some("ticks"),
            None => None,
        }
    }
}
