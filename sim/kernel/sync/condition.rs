//! Condition variables (Hoare's idea, Mesa's meaning; POSIX.1-2017 `pthread_cond_wait`).
//!
//!   R1  waiting is two steps: give the mutex back and wait, in one; later take the mutex again
//!   R2  a signal wakes one waiter (under the clock: who has waited longest), a broadcast all
//!   R3  a signal that finds no waiter does nothing: a condition remembers nothing
//!   R4  between the signal and the retaken mutex others may run: the state must be checked again
//!
//! Not here: spurious wakeups (none happen by themselves).

use alloc::vec::Vec;

use sim_abi::event::Misuse;
use sim_abi::layout::cond::FLAGS;
use sim_abi::syscall::Errno;
use sim_abi::{EventKind, Object};

use crate::thread::ThreadKey;
use crate::wait::{Attempt, Outcome, Wait, done, failed};
use crate::world::{Mode, World};

const DESTROYED: u32 = 1 << 31;

impl World {
    fn condition_object(&self, t: ThreadKey, condition: u32) -> Object {
        Object::Condition(self.location(t, condition))
    }

    pub(crate) fn condition_init(&mut self, t: ThreadKey, condition: u32, flags: u32) -> Attempt {
        self.store_word(t, condition.wrapping_add(FLAGS), flags & !DESTROYED)?;
        done(0)
    }

    pub(crate) fn condition_destroy(&mut self, t: ThreadKey, condition: u32) -> Attempt {
        let flags = self.load_word(t, condition.wrapping_add(FLAGS))?;
        let object = self.condition_object(t, condition);
        if self.waited_for(object) {
            self.tell(
                t,
                EventKind::Misuses {
                    misuse: Misuse::DestroyBusy(object),
                },
            );
            return failed(Errno::EBUSY);
        }
        self.store_word(t, condition.wrapping_add(FLAGS), flags | DESTROYED)?;
        done(0)
    }

    /// First half of a wait: gives the mutex back and waits.
    pub(crate) fn condition_wait(&mut self, t: ThreadKey, condition: u32, mutex: u32) -> Attempt {
        self.load_word(t, condition.wrapping_add(FLAGS))?;
        let lock = self.mutex_object(t, mutex);
        if self.mutex_owner(t, mutex) != Some(self.threads[t].tid) {
            self.tell(
                t,
                EventKind::Misuses {
                    misuse: Misuse::WaitWithoutLock(lock),
                },
            );
            return failed(Errno::EPERM);
        }
        let object = self.condition_object(t, condition);
        self.tell(
            t,
            EventKind::ConditionWaits {
                condition: object,
                mutex: lock,
            },
        );
        // In the same step: nobody can signal between the release and the wait.
        match self.mutex_release(t, mutex)? {
            Outcome::Return(0) => Ok(Outcome::Wait(Wait::Condition { condition, mutex })),
            other => Ok(other),
        }
    }

    /// Signal or broadcast. `pick`: which waiter a signal wakes, counted in the order of tids
    /// (`None`: who came first).
    pub(crate) fn condition_signal(
        &mut self,
        t: ThreadKey,
        condition: u32,
        broadcast: bool,
        pick: Option<u32>,
    ) -> Attempt {
        self.load_word(t, condition.wrapping_add(FLAGS))?;
        let object = self.condition_object(t, condition);
        let mut waiters = self.waiters(object);
        if !broadcast {
            let index = (pick.unwrap_or(0) as usize).min(waiters.len().saturating_sub(1));
            waiters = waiters.get(index).copied().into_iter().collect();
        }
        let woken = waiters.len() as u32;
        self.tell(
            t,
            EventKind::Signals {
                condition: object,
                broadcast,
                woken,
            },
        );
        for waiter in waiters {
            let wait = self.threads[waiter].blocked().map(|b| b.wait);
            let Some(Wait::Condition { mutex, .. }) = wait else {
                continue;
            };
            self.tell(waiter, EventKind::Signalled { condition: object });
            self.leave_queue(waiter);
            self.relock(waiter, Wait::Relock { mutex, result: 0 });
        }
        done(0)
    }

    /// Who waits for an object: in the order in which they came, or (under choices, where there is no
    /// such order) by tid.
    pub(crate) fn waiters(&self, object: Object) -> Vec<ThreadKey> {
        match self.mode {
            Mode::Clock => self
                .queues
                .get(&object)
                .map_or(Vec::new(), |q| q.iter().copied().collect()),
            Mode::Choices => self
                .tids
                .values()
                .copied()
                .filter(|t| self.threads[*t].blocked().is_some_and(|b| b.on == object))
                .collect(),
        }
    }

    /// Does anybody wait for it?
    pub(crate) fn waited_for(&self, object: Object) -> bool {
        !self.waiters(object).is_empty()
    }
}
