//! Read-write locks (Courtois, Heymans & Parnas 1971; POSIX.1-2017 `pthread_rwlock_rdlock`).
//!
//!   R1  any number of readers together, a writer alone
//!   R2  under the clock waiters are served in the order in which they came, but a reader is let in
//!       beside readers even if a writer waits (readers' preference, as glibc's default)
//!
//! Not here: writer preference, timed variants.

use sim_abi::event::{Asked, Misuse, Mode};
use sim_abi::layout::rwlock::{KIND, READERS, WRITER};
use sim_abi::syscall::Errno;
use sim_abi::{EventKind, Object, Tid};

use crate::thread::ThreadKey;
use crate::wait::{Attempt, done, failed};
use crate::world::World;

const DESTROYED: u32 = 1 << 31;

impl World {
    fn rwlock_object(&self, t: ThreadKey, lock: u32) -> Object {
        Object::Rwlock(self.location(t, lock))
    }

    pub(crate) fn rwlock_writer(&self, t: ThreadKey, lock: u32) -> Option<Tid> {
        self.holder_named(t, lock.wrapping_add(WRITER))
    }

    pub(crate) fn rwlock_readable(&self, t: ThreadKey, lock: u32) -> bool {
        self.rwlock_writer(t, lock).is_none()
    }

    pub(crate) fn rwlock_free(&self, t: ThreadKey, lock: u32) -> bool {
        self.rwlock_readable(t, lock) && self.peek_word(t, lock.wrapping_add(READERS)) == 0
    }

    pub(crate) fn rwlock_init(&mut self, t: ThreadKey, lock: u32, kind: u32) -> Attempt {
        self.store_word(t, lock.wrapping_add(KIND), kind & !DESTROYED)?;
        self.store_word(t, lock.wrapping_add(WRITER), 0)?;
        self.store_word(t, lock.wrapping_add(READERS), 0)?;
        done(0)
    }

    pub(crate) fn rwlock_destroy(&mut self, t: ThreadKey, lock: u32) -> Attempt {
        let kind = self.load_word(t, lock.wrapping_add(KIND))?;
        let object = self.rwlock_object(t, lock);
        if !self.rwlock_free(t, lock) || self.waited_for(object) {
            self.tell(
                t,
                EventKind::Misuses {
                    misuse: Misuse::DestroyBusy(object),
                },
            );
            return failed(Errno::EBUSY);
        }
        self.store_word(t, lock.wrapping_add(KIND), kind | DESTROYED)?;
        done(0)
    }

    pub(crate) fn rwlock_take_read(&mut self, t: ThreadKey, lock: u32, asked: Asked) -> Attempt {
        let readers = self.load_word(t, lock.wrapping_add(READERS))?;
        self.store_word(t, lock.wrapping_add(READERS), readers.saturating_add(1))?;
        let object = self.rwlock_object(t, lock);
        self.tell(
            t,
            EventKind::Locks {
                object,
                mode: Mode::Shared,
                asked,
            },
        );
        done(0)
    }

    pub(crate) fn rwlock_take_write(&mut self, t: ThreadKey, lock: u32, asked: Asked) -> Attempt {
        let tid = self.threads[t].tid;
        self.store_word(t, lock.wrapping_add(WRITER), tid.0)?;
        let object = self.rwlock_object(t, lock);
        self.tell(
            t,
            EventKind::Locks {
                object,
                mode: Mode::Exclusive,
                asked,
            },
        );
        done(0)
    }

    /// `tryrdlock` and `trywrlock`.
    pub(crate) fn rwlock_try(&mut self, t: ThreadKey, lock: u32, mode: Mode) -> Attempt {
        self.load_word(t, lock.wrapping_add(KIND))?;
        match mode {
            Mode::Shared if self.rwlock_readable(t, lock) => {
                self.rwlock_take_read(t, lock, Asked::Tries)
            }
            Mode::Exclusive if self.rwlock_free(t, lock) => {
                self.rwlock_take_write(t, lock, Asked::Tries)
            }
            Mode::Shared | Mode::Exclusive => {
                let object = self.rwlock_object(t, lock);
                let holder = self.rwlock_writer(t, lock);
                self.tell(t, EventKind::TryFails { object, holder });
                failed(Errno::EBUSY)
            }
        }
    }

    pub(crate) fn rwlock_unlock(&mut self, t: ThreadKey, lock: u32) -> Attempt {
        self.load_word(t, lock.wrapping_add(WRITER))?;
        let writer = self.rwlock_writer(t, lock);
        let readers = self.load_word(t, lock.wrapping_add(READERS))?;
        let object = self.rwlock_object(t, lock);
        if writer == Some(self.threads[t].tid) {
            self.tell(
                t,
                EventKind::Unlocks {
                    object,
                    mode: Mode::Exclusive,
                },
            );
            self.store_word(t, lock.wrapping_add(WRITER), 0)?;
        } else if readers > 0 {
            self.tell(
                t,
                EventKind::Unlocks {
                    object,
                    mode: Mode::Shared,
                },
            );
            self.store_word(t, lock.wrapping_add(READERS), readers - 1)?;
        } else {
            let misuse = Misuse::UnlockNotOwner(object, writer);
            self.tell(t, EventKind::Misuses { misuse });
            return failed(Errno::EPERM);
        }
        self.wake(object);
        done(0)
    }
}
