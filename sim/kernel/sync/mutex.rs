//! Mutexes: normal, recursive, errorcheck; process-shared and robust ones.
//!
//! Rules (POSIX.1-2017, `pthread_mutex_lock`):
//!   R1  one owner at a time; only the owner may unlock: others get EPERM, and of a normal mutex, where POSIX
//!       defines no error, it is misuse
//!   R2  normal: locking again what one holds waits for ever (a self-deadlock)
//!   R3  recursive: counts; free when unlocked as often as locked
//!   R4  errorcheck: locking again gives EDEADLK
//!   R5  robust: when the owner has died the next one gets the lock and EOWNERDEAD
//!
//! Not here: priority protocols, `pthread_mutex_consistent` (a robust mutex stays usable).

use sim_abi::event::{Asked, Misuse, Mode};
use sim_abi::layout::mutex::{COUNT, DESTROYED, KIND, KIND_MASK, OWNER};
use sim_abi::syscall::Errno;
use sim_abi::{EventKind, Location, Object, Tid};

use crate::thread::ThreadKey;
use crate::wait::{Attempt, Outcome, Wait, done, failed};
use crate::world::World;

const RECURSIVE: u32 = 1;
const ERRORCHECK: u32 = 2;
const ROBUST: u32 = 1 << 5;

/// Is locking this mutex nothing but waiting and taking it: no error to be given at once?
pub(crate) fn acquires_at_once(world: &World, t: ThreadKey, mutex: u32) -> bool {
    let kind = world.peek_word(t, mutex.wrapping_add(KIND));
    let mine = world.mutex_owner(t, mutex) == Some(world.threads[t].tid);
    kind & DESTROYED == 0 && !(mine && kind & KIND_MASK == ERRORCHECK)
}

impl World {
    pub(crate) fn mutex_object(&self, t: ThreadKey, mutex: u32) -> Object {
        Object::Mutex(self.location(t, mutex))
    }

    /// The owner named in a mutex's bytes.
    pub(crate) fn mutex_owner(&self, t: ThreadKey, mutex: u32) -> Option<Tid> {
        self.holder_named(t, mutex.wrapping_add(OWNER))
    }

    /// The thread that a word of a lock names. What a thread held when it forked its copy in the child holds
    /// there (POSIX.1-2017, `fork`: the child's thread is a replica of the caller).
    pub(crate) fn holder_named(&self, t: ThreadKey, word: u32) -> Option<Tid> {
        let tid = match self.peek_word(t, word) {
            0 => return None,
            tid => Tid(tid),
        };
        let process = &self.processes[self.threads[t].process];
        let is_copied = process.copy_of.contains(&tid)
            && matches!(self.location(t, word), Location::Private { .. });
        Some(if is_copied { Tid(process.pid.0) } else { tid })
    }

    /// Could the thread have the mutex now?
    pub(crate) fn mutex_available(&self, t: ThreadKey, mutex: u32) -> bool {
        let Some(owner) = self.mutex_owner(t, mutex) else {
            return true;
        };
        let kind = self.peek_word(t, mutex.wrapping_add(KIND));
        if owner == self.threads[t].tid {
            kind & KIND_MASK == RECURSIVE
        } else {
            kind & ROBUST != 0 && self.has_ended(owner)
        }
    }

    pub(crate) fn mutex_init(&mut self, t: ThreadKey, mutex: u32, kind: u32) -> Attempt {
        self.store_word(t, mutex.wrapping_add(KIND), kind & !DESTROYED)?;
        self.store_word(t, mutex.wrapping_add(OWNER), 0)?;
        self.store_word(t, mutex.wrapping_add(COUNT), 0)?;
        done(0)
    }

    pub(crate) fn mutex_destroy(&mut self, t: ThreadKey, mutex: u32) -> Attempt {
        let kind = self.load_word(t, mutex.wrapping_add(KIND))?;
        let object = self.mutex_object(t, mutex);
        if self.load_word(t, mutex.wrapping_add(OWNER))? != 0 || self.waited_for(object) {
            self.tell(
                t,
                EventKind::Misuses {
                    misuse: Misuse::DestroyBusy(object),
                },
            );
            return failed(Errno::EBUSY);
        }
        self.store_word(t, mutex.wrapping_add(KIND), kind | DESTROYED)?;
        done(0)
    }

    /// `pthread_mutex_lock` and `pthread_mutex_timedlock`.
    pub(crate) fn mutex_lock(&mut self, t: ThreadKey, mutex: u32) -> Attempt {
        let kind = self.load_word(t, mutex.wrapping_add(KIND))?;
        if kind & DESTROYED != 0 {
            let object = self.mutex_object(t, mutex);
            self.tell(
                t,
                EventKind::Misuses {
                    misuse: Misuse::UseDestroyed(object),
                },
            );
            return failed(Errno::EINVAL);
        }
        let mine = self.mutex_owner(t, mutex) == Some(self.threads[t].tid);
        if mine && kind & KIND_MASK == ERRORCHECK {
            return failed(Errno::EDEADLK);
        }
        self.attempt(t, Wait::Lock(mutex))
    }

    pub(crate) fn mutex_trylock(&mut self, t: ThreadKey, mutex: u32) -> Attempt {
        self.load_word(t, mutex.wrapping_add(KIND))?;
        if self.mutex_available(t, mutex) {
            return self.mutex_take(t, mutex, Asked::Tries);
        }
        let object = self.mutex_object(t, mutex);
        let holder = self.mutex_owner(t, mutex);
        self.tell(t, EventKind::TryFails { object, holder });
        failed(Errno::EBUSY)
    }

    /// The mutex is available: the thread has it.
    pub(crate) fn mutex_take(&mut self, t: ThreadKey, mutex: u32, asked: Asked) -> Attempt {
        self.load_word(t, mutex.wrapping_add(OWNER))?;
        let owner = self.mutex_owner(t, mutex);
        let tid = self.threads[t].tid;
        let count = if owner == Some(tid) {
            self.load_word(t, mutex.wrapping_add(COUNT))?
        } else {
            0
        };
        self.store_word(t, mutex.wrapping_add(OWNER), tid.0)?;
        self.store_word(t, mutex.wrapping_add(COUNT), count.saturating_add(1))?;
        let object = self.mutex_object(t, mutex);
        self.tell(
            t,
            EventKind::Locks {
                object,
                mode: Mode::Exclusive,
                asked,
            },
        );
        if owner.is_some_and(|owner| owner != tid) {
            failed(Errno::EOWNERDEAD)
        } else {
            done(0)
        }
    }

    pub(crate) fn mutex_unlock(&mut self, t: ThreadKey, mutex: u32) -> Attempt {
        self.load_word(t, mutex.wrapping_add(OWNER))?;
        let holder = self.mutex_owner(t, mutex);
        let object = self.mutex_object(t, mutex);
        if holder != Some(self.threads[t].tid) {
            let kind = self.load_word(t, mutex.wrapping_add(KIND))?;
            let is_defined =
                matches!(kind & KIND_MASK, RECURSIVE | ERRORCHECK) || kind & ROBUST != 0;
            if !is_defined || kind & DESTROYED != 0 {
                let misuse = Misuse::UnlockNotOwner(object, holder);
                self.tell(t, EventKind::Misuses { misuse });
            }
            return failed(Errno::EPERM);
        }
        self.tell(
            t,
            EventKind::Unlocks {
                object,
                mode: Mode::Exclusive,
            },
        );
        self.mutex_release(t, mutex)
    }

    /// Gives a mutex back that the thread holds, and lets the next one have it.
    pub(crate) fn mutex_release(&mut self, t: ThreadKey, mutex: u32) -> Attempt {
        let count = self
            .load_word(t, mutex.wrapping_add(COUNT))?
            .saturating_sub(1);
        self.store_word(t, mutex.wrapping_add(COUNT), count)?;
        if count == 0 {
            self.store_word(t, mutex.wrapping_add(OWNER), 0)?;
            let object = self.mutex_object(t, mutex);
            self.wake(object);
        }
        Ok(Outcome::Return(0))
    }
}
