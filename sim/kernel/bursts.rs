//! Synthetic processes, for schedules on paper: they compute, wait for their device, compute again.
//!
//! Their bursts are in the scenario (`bursts = [5, 3, 2]`): every second one is the device's.

use sim_abi::event::ExitStatus;

use crate::clock::later;
use crate::thread::{ThreadBody, ThreadKey};
use crate::wait::Wait;
use crate::world::World;

impl World {
    /// A synthetic process has computed its burst: the device is next, or the end.
    pub(crate) fn burst_over(&mut self, t: ThreadKey) -> bool {
        let ThreadBody::Bursts { index, left: 0 } = self.threads[t].body else {
            return false;
        };
        let bursts = self.processes[self.threads[t].process].bursts.clone();
        match bursts.get(index + 1) {
            None => {
                let ended = self.process_exit(t, ExitStatus::Exited(0));
                debug_assert!(ended.is_ok(), "a synthetic process cannot fault");
            }
            Some(device) => {
                let left = bursts.get(index + 2).copied().unwrap_or(0);
                self.threads[t].body = ThreadBody::Bursts {
                    index: index + 2,
                    left,
                };
                self.block(t, Wait::Device, Some(later(self.clock.now, *device)));
            }
        }
        true
    }

    /// The device of a synthetic process is done: it computes again, or that was its last burst.
    pub(crate) fn device_done(&mut self, t: ThreadKey) {
        match self.threads[t].body {
            ThreadBody::Bursts { left: 0, .. } => {
                let ended = self.process_exit(t, ExitStatus::Exited(0));
                debug_assert!(ended.is_ok(), "a synthetic process cannot fault");
            }
            ThreadBody::Bursts { .. } | ThreadBody::Program => self.make_ready(t),
        }
    }

    /// A synthetic process computes.
    pub(crate) fn compute(&mut self, t: ThreadKey, ticks: u64) {
        let thread = &mut self.threads[t];
        if let ThreadBody::Bursts { left, .. } = &mut thread.body {
            *left = left.saturating_sub(ticks);
        }
        thread.account.running += ticks;
    }

    pub(crate) fn is_synthetic(&self, t: ThreadKey) -> bool {
        matches!(self.threads[t].body, ThreadBody::Bursts { .. })
    }
}
