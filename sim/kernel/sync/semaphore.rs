//! Semaphores (Dijkstra 1965; POSIX.1-2017 `sem_wait`): a number that never goes below 0. Waiting takes
//! one, posting adds one. A semaphore has no owner: anybody may post.
//!
//! Not here: named semaphores.

use sim_abi::event::Misuse;
use sim_abi::layout::semaphore::{FLAGS, VALUE};
use sim_abi::syscall::Errno;
use sim_abi::{EventKind, Object};

use crate::thread::ThreadKey;
use crate::wait::{Attempt, Wait, done, failed};
use crate::world::World;

const VALUE_MAX: u32 = 0x7fff_ffff;
const DESTROYED: u32 = 1 << 31;

impl World {
    fn semaphore_object(&self, t: ThreadKey, semaphore: u32) -> Object {
        Object::Semaphore(self.location(t, semaphore))
    }

    pub(crate) fn semaphore_init(
        &mut self,
        t: ThreadKey,
        semaphore: u32,
        shared: u32,
        value: u32,
    ) -> Attempt {
        if value > VALUE_MAX {
            return failed(Errno::EINVAL);
        }
        self.store_word(t, semaphore.wrapping_add(VALUE), value)?;
        self.store_word(
            t,
            semaphore.wrapping_add(FLAGS),
            u32::from(shared != 0) << 4,
        )?;
        done(0)
    }

    pub(crate) fn semaphore_destroy(&mut self, t: ThreadKey, semaphore: u32) -> Attempt {
        let flags = self.load_word(t, semaphore.wrapping_add(FLAGS))?;
        let object = self.semaphore_object(t, semaphore);
        if self.waited_for(object) {
            self.tell(
                t,
                EventKind::Misuses {
                    misuse: Misuse::DestroyBusy(object),
                },
            );
            return failed(Errno::EBUSY);
        }
        self.store_word(t, semaphore.wrapping_add(FLAGS), flags | DESTROYED)?;
        done(0)
    }

    pub(crate) fn semaphore_wait(&mut self, t: ThreadKey, semaphore: u32) -> Attempt {
        if self.load_word(t, semaphore.wrapping_add(FLAGS))? & DESTROYED != 0 {
            let object = self.semaphore_object(t, semaphore);
            self.tell(
                t,
                EventKind::Misuses {
                    misuse: Misuse::UseDestroyed(object),
                },
            );
            return failed(Errno::EINVAL);
        }
        self.attempt(t, Wait::Semaphore(semaphore))
    }

    pub(crate) fn semaphore_trywait(&mut self, t: ThreadKey, semaphore: u32) -> Attempt {
        if self.load_word(t, semaphore.wrapping_add(VALUE))? > 0 {
            return self.semaphore_take(t, semaphore);
        }
        let object = self.semaphore_object(t, semaphore);
        self.tell(
            t,
            EventKind::TryFails {
                object,
                holder: None,
            },
        );
        failed(Errno::EAGAIN)
    }

    pub(crate) fn semaphore_take(&mut self, t: ThreadKey, semaphore: u32) -> Attempt {
        let value = self.load_word(t, semaphore.wrapping_add(VALUE))? - 1;
        self.store_word(t, semaphore.wrapping_add(VALUE), value)?;
        let object = self.semaphore_object(t, semaphore);
        self.tell(t, EventKind::Takes { object, value });
        done(0)
    }

    pub(crate) fn semaphore_post(&mut self, t: ThreadKey, semaphore: u32) -> Attempt {
        let value = self.load_word(t, semaphore.wrapping_add(VALUE))?;
        if value >= VALUE_MAX {
            return failed(Errno::EOVERFLOW);
        }
        self.store_word(t, semaphore.wrapping_add(VALUE), value + 1)?;
        let object = self.semaphore_object(t, semaphore);
        self.tell(
            t,
            EventKind::Posts {
                object,
                value: value + 1,
            },
        );
        self.wake(object);
        done(0)
    }

    pub(crate) fn semaphore_value(&mut self, t: ThreadKey, semaphore: u32, to: u32) -> Attempt {
        let value = self.load_word(t, semaphore.wrapping_add(VALUE))?;
        self.copy_out(t, to, &value.to_le_bytes())?;
        done(0)
    }
}
