//! `pthread_once`: a function that is run by the first who asks, while the others wait. The word is 0
//! (nobody yet), the tid of who runs it, or `DONE`.

use sim_abi::{EventKind, Object, Tid};

use crate::thread::ThreadKey;
use crate::wait::{Attempt, Wait, done};
use crate::world::World;

const DONE: u32 = u32::MAX;

impl World {
    fn once_object(&self, t: ThreadKey, once: u32) -> Object {
        Object::Once(self.location(t, once))
    }

    /// Who runs the function now.
    pub(crate) fn once_runner(&self, t: ThreadKey, once: u32) -> Option<Tid> {
        match self.peek_word(t, once) {
            0 | DONE => None,
            tid => Some(Tid(tid)),
        }
    }

    pub(crate) fn once_settled(&self, t: ThreadKey, once: u32) -> bool {
        self.once_runner(t, once).is_none()
    }

    pub(crate) fn once_wait(&mut self, t: ThreadKey, once: u32) -> Attempt {
        self.load_word(t, once)?;
        self.attempt(t, Wait::Once(once))
    }

    pub(crate) fn once_begin(&mut self, t: ThreadKey, once: u32) -> Attempt {
        let object = self.once_object(t, once);
        self.tell(
            t,
            EventKind::Once {
                object,
                done: false,
            },
        );
        if self.load_word(t, once)? == DONE {
            return done(0);
        }
        let tid = self.threads[t].tid;
        self.store_word(t, once, tid.0)?;
        done(1)
    }

    pub(crate) fn once_done(&mut self, t: ThreadKey, once: u32) -> Attempt {
        self.store_word(t, once, DONE)?;
        let object = self.once_object(t, once);
        self.tell(t, EventKind::Once { object, done: true });
        self.wake(object);
        done(0)
    }
}
