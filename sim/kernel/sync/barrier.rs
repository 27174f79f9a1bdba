//! Barriers (POSIX.1-2017 `pthread_barrier_wait`): nobody passes before all have arrived; then the
//! barrier is new again. The last to arrive is told so.

use sim_abi::event::Misuse;
use sim_abi::layout::barrier::{ARRIVED, FLAGS, ROUND, THREADS};
use sim_abi::syscall::Errno;
use sim_abi::{EventKind, Object};

use crate::thread::ThreadKey;
use crate::wait::{Attempt, Outcome, Wait, done, failed};
use crate::world::World;

const DESTROYED: u32 = 1 << 31;

impl World {
    fn barrier_object(&self, t: ThreadKey, barrier: u32) -> Object {
        Object::Barrier(self.location(t, barrier))
    }

    pub(crate) fn barrier_round(&self, t: ThreadKey, barrier: u32) -> u32 {
        self.peek_word(t, barrier.wrapping_add(ROUND))
    }

    pub(crate) fn barrier_init(&mut self, t: ThreadKey, barrier: u32, threads: u32) -> Attempt {
        if threads == 0 {
            return failed(Errno::EINVAL);
        }
        for (offset, word) in [(THREADS, threads), (ARRIVED, 0), (ROUND, 0), (FLAGS, 0)] {
            self.store_word(t, barrier.wrapping_add(offset), word)?;
        }
        done(0)
    }

    pub(crate) fn barrier_destroy(&mut self, t: ThreadKey, barrier: u32) -> Attempt {
        let object = self.barrier_object(t, barrier);
        if self.load_word(t, barrier.wrapping_add(ARRIVED))? > 0 {
            self.tell(
                t,
                EventKind::Misuses {
                    misuse: Misuse::DestroyBusy(object),
                },
            );
            return failed(Errno::EBUSY);
        }
        self.store_word(t, barrier.wrapping_add(FLAGS), DESTROYED)?;
        done(0)
    }

    pub(crate) fn barrier_wait(&mut self, t: ThreadKey, barrier: u32) -> Attempt {
        let needed = self.load_word(t, barrier.wrapping_add(THREADS))?;
        if needed == 0 {
            return failed(Errno::EINVAL);
        }
        let arrived = self
            .load_word(t, barrier.wrapping_add(ARRIVED))?
            .saturating_add(1);
        let round = self.load_word(t, barrier.wrapping_add(ROUND))?;
        let object = self.barrier_object(t, barrier);
        self.tell(
            t,
            EventKind::Arrives {
                object,
                arrived,
                needed,
            },
        );
        if arrived < needed {
            self.store_word(t, barrier.wrapping_add(ARRIVED), arrived)?;
            return Ok(Outcome::Wait(Wait::Barrier { barrier, round }));
        }
        self.store_word(t, barrier.wrapping_add(ARRIVED), 0)?;
        self.store_word(t, barrier.wrapping_add(ROUND), round.wrapping_add(1))?;
        self.wake(object);
        self.barrier_pass(t, barrier, 1)
    }

    /// All have arrived; `serial` is 1 for the last one.
    pub(crate) fn barrier_pass(&mut self, t: ThreadKey, barrier: u32, serial: u32) -> Attempt {
        let object = self.barrier_object(t, barrier);
        self.tell(t, EventKind::Passes { object });
        done(serial)
    }
}
