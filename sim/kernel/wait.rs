//! Waiting. Every blocking call is a *guard* (pure: could it finish now?) and an *effect* (finish it).
//!
//! Under the clock a thread whose guard is false stands in the queue of an object; whoever changes an
//! object calls [`World::wake`], which lets waiters finish in the order in which they came, as long as
//! the guard of the next one is true. So no wakeup can be lost: the guard is looked at again after
//! every change, in the same step as the change. Under choices there are no queues: a waiting thread is
//! enabled when its guard is true, and its step is the effect.
//!
//! Not here: what the guards and effects do (`sync/`, `ipc/`, `life.rs`), deadlines (`clock.rs`).

use sim_abi::event::{Asked, Fault};
use sim_abi::syscall::{Call, Errno};
use sim_abi::{EventKind, Object, Pid, PipeId, Tick, Tid};

use crate::thread::{Blocked, State, ThreadKey};
use crate::world::{Mode, World};

/// What a thread waits for, with all that its guard and effect need. Addresses are the waiter's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wait {
    /// The mutex at this address to be free.
    Lock(u32),
    /// A signal on this condition; then the mutex.
    Condition {
        /// Address of the condition.
        condition: u32,
        /// Address of the mutex.
        mutex: u32,
    },
    /// The mutex again after a condition wait, which then returns `result`.
    Relock {
        /// Address of the mutex.
        mutex: u32,
        /// 0 or `-ETIMEDOUT`.
        result: u32,
    },
    /// The semaphore at this address to be above 0.
    Semaphore(u32),
    /// The read-write lock at this address to be without a writer.
    ReadLock(u32),
    /// The read-write lock at this address to be free.
    WriteLock(u32),
    /// All threads at this barrier; the round it arrived in.
    Barrier {
        /// Address of the barrier.
        barrier: u32,
        /// It goes on when the barrier has left this round.
        round: u32,
    },
    /// Another thread to be done with `pthread_once`.
    Once(u32),
    /// The end of a thread; where its result goes, or 0.
    Join(Tid, u32),
    /// The end of a child, or of any; where its status goes, or 0.
    Child(Option<Pid>, u32),
    /// Bytes in a pipe, or its last write end closed.
    PipeRead {
        /// Which.
        pipe: PipeId,
        /// Where the bytes go.
        buffer: u32,
        /// How many at most.
        count: u32,
    },
    /// Room in a pipe, or its last read end closed.
    PipeWrite {
        /// Which.
        pipe: PipeId,
        /// Where the bytes are.
        buffer: u32,
        /// How many.
        count: u32,
        /// How many of them have gone.
        done: u32,
    },
    /// Nothing but time.
    Sleep,
    /// A signal with a handler.
    Signal,
    /// The device of a synthetic process.
    Device,
}

impl Wait {
    /// Do all waiters of the object wait for the same, so that if one cannot go on, none can?
    fn is_alike(self) -> bool {
        match self {
            Wait::Lock(_)
            | Wait::Relock { .. }
            | Wait::Semaphore(_)
            | Wait::Once(_)
            | Wait::Join(..) => true,
            Wait::Condition { .. }
            | Wait::ReadLock(_)
            | Wait::WriteLock(_)
            | Wait::Barrier { .. }
            | Wait::Child(..)
            | Wait::PipeRead { .. }
            | Wait::PipeWrite { .. }
            | Wait::Sleep
            | Wait::Signal
            | Wait::Device => false,
        }
    }

    /// Does a signal end it?
    pub(crate) fn is_slow(self) -> bool {
        matches!(
            self,
            Wait::Sleep
                | Wait::Signal
                | Wait::Child(..)
                | Wait::PipeRead { .. }
                | Wait::PipeWrite { .. }
                | Wait::Semaphore(_)
        )
    }

    /// Which wait, and all its parts, as numbers: for fingerprints.
    pub(crate) fn words(self) -> [u64; 3] {
        let two = |a: u32, b: u32| u64::from(a) << 32 | u64::from(b);
        match self {
            Wait::Lock(at) => [1, two(at, 0), 0],
            Wait::Condition { condition, mutex } => [2, two(condition, mutex), 0],
            Wait::Relock { mutex, result } => [3, two(mutex, result), 0],
            Wait::Semaphore(at) => [4, two(at, 0), 0],
            Wait::ReadLock(at) => [5, two(at, 0), 0],
            Wait::WriteLock(at) => [6, two(at, 0), 0],
            Wait::Barrier { barrier, round } => [7, two(barrier, round), 0],
            Wait::Once(at) => [8, two(at, 0), 0],
            Wait::Join(tid, to) => [9, two(tid.0, to), 0],
            Wait::Child(pid, to) => [10, two(pid.map_or(0, |p| p.0), to), 0],
            Wait::PipeRead {
                pipe,
                buffer,
                count,
            } => [11, two(pipe.0, buffer), two(count, 0)],
            Wait::PipeWrite {
                pipe,
                buffer,
                count,
                done,
            } => [12, two(pipe.0, buffer), two(count, done)],
            Wait::Sleep => [13, 0, 0],
            Wait::Device => [14, 0, 0],
            Wait::Signal => [15, 0, 0],
        }
    }
}

/// How an attempt to finish a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The call returns this.
    Return(u32),
    /// The call goes on waiting, for this now.
    Wait(Wait),
    /// The thread does not return from it: it has ended, or runs another program.
    Gone,
}

/// What an operation gives: how it ended, or the fault it made.
pub(crate) type Attempt = Result<Outcome, Fault>;

/// A call that is over with this result.
pub(crate) fn done(result: u32) -> Attempt {
    Ok(Outcome::Return(result))
}

/// A call that failed.
pub(crate) fn failed(errno: Errno) -> Attempt {
    Ok(Outcome::Return(errno.as_result()))
}

/// 0 or an error.
pub(crate) fn unit(result: Result<(), Errno>) -> Attempt {
    value(result.map(|()| 0))
}

/// A value or an error.
pub(crate) fn value(result: Result<u32, Errno>) -> Attempt {
    match result {
        Ok(value) => done(value),
        Err(errno) => failed(errno),
    }
}

impl World {
    /// Could this wait of a thread end now? Changes nothing.
    pub(crate) fn guard(&self, t: ThreadKey, wait: Wait) -> bool {
        match wait {
            Wait::Lock(mutex) | Wait::Relock { mutex, .. } => self.mutex_available(t, mutex),
            Wait::Condition { .. } | Wait::Signal | Wait::Device => false,
            // C5: under choices it may be over at any moment.
            Wait::Sleep => self.mode == Mode::Choices,
            Wait::Semaphore(semaphore) => self.peek_word(t, semaphore) > 0,
            Wait::ReadLock(lock) => self.rwlock_readable(t, lock),
            Wait::WriteLock(lock) => self.rwlock_free(t, lock),
            Wait::Barrier { barrier, round } => self.barrier_round(t, barrier) != round,
            Wait::Once(once) => self.once_settled(t, once),
            Wait::Join(tid, _) => self.has_ended(tid),
            Wait::Child(pid, _) => self.zombie_child(t, pid).is_some() || !self.has_child(t, pid),
            Wait::PipeRead { pipe, .. } => self.pipes[&pipe].readable(),
            Wait::PipeWrite {
                pipe, count, done, ..
            } => self.pipes[&pipe].writable(count - done),
        }
    }

    /// Does a thread that is in a call for a mutex wait for ever? The call is still in its registers.
    fn asked(&self, t: ThreadKey) -> Asked {
        let x = &self.threads[t].registers.x;
        match Call::from_number(x[17]) {
            Some(Call::MutexTimedlock) if x[11] != 0 => Asked::WaitsUntil,
            _ => Asked::Waits,
        }
    }

    /// Finishes a wait whose guard is true.
    pub(crate) fn effect(&mut self, t: ThreadKey, wait: Wait) -> Attempt {
        match wait {
            Wait::Lock(mutex) => self.mutex_take(t, mutex, self.asked(t)),
            Wait::Relock { mutex, result } => match self.mutex_take(t, mutex, Asked::Waits)? {
                Outcome::Return(0) => done(result),
                other => Ok(other),
            },
            Wait::Semaphore(semaphore) => self.semaphore_take(t, semaphore),
            Wait::ReadLock(lock) => self.rwlock_take_read(t, lock, Asked::Waits),
            Wait::WriteLock(lock) => self.rwlock_take_write(t, lock, Asked::Waits),
            Wait::Barrier { barrier, .. } => self.barrier_pass(t, barrier, 0),
            Wait::Once(once) => self.once_begin(t, once),
            Wait::Join(tid, result) => self.join_finish(t, tid, result),
            Wait::Child(pid, status) => self.reap(t, pid, status),
            Wait::PipeRead {
                pipe,
                buffer,
                count,
            } => self.pipe_read(t, pipe, buffer, count),
            Wait::PipeWrite {
                pipe,
                buffer,
                count,
                done,
            } => self.pipe_write(t, pipe, buffer, count, done),
            Wait::Sleep => done(0),
            Wait::Condition { .. } | Wait::Signal | Wait::Device => {
                unreachable!("these end by a signal or by time, never by their guard")
            }
        }
    }

    /// The object a wait is about: whose queue the thread stands in.
    pub(crate) fn object_of(&self, t: ThreadKey, wait: Wait) -> Object {
        match wait {
            Wait::Lock(mutex) | Wait::Relock { mutex, .. } => {
                Object::Mutex(self.location(t, mutex))
            }
            Wait::Condition { condition, .. } => Object::Condition(self.location(t, condition)),
            Wait::Semaphore(semaphore) => Object::Semaphore(self.location(t, semaphore)),
            Wait::ReadLock(lock) | Wait::WriteLock(lock) => Object::Rwlock(self.location(t, lock)),
            Wait::Barrier { barrier, .. } => Object::Barrier(self.location(t, barrier)),
            Wait::Once(once) => Object::Once(self.location(t, once)),
            Wait::Join(tid, _) => Object::Thread(tid),
            Wait::Child(Some(pid), _) => Object::Process(pid),
            Wait::Child(None, _) => Object::Children(self.threads[t].pid),
            Wait::PipeRead { pipe, .. } | Wait::PipeWrite { pipe, .. } => Object::Pipe(pipe),
            Wait::Sleep => Object::Clock,
            Wait::Signal => Object::Signals,
            Wait::Device => Object::Device,
        }
    }

    /// Finishes a blocking call at once if its guard is true; otherwise it waits.
    pub(crate) fn attempt(&mut self, t: ThreadKey, wait: Wait) -> Attempt {
        if self.guard(t, wait) {
            self.effect(t, wait)
        } else {
            Ok(Outcome::Wait(wait))
        }
    }

    /// The thread waits from now on; `until`: it gives up then.
    pub(crate) fn block(&mut self, t: ThreadKey, wait: Wait, until: Option<Tick>) {
        let on = self.object_of(t, wait);
        let pc = self.exact_place(t);
        match wait {
            Wait::Sleep if self.mode == Mode::Choices => {}
            Wait::Sleep => {
                let until = until.unwrap_or(Tick(u64::MAX));
                self.tell(t, EventKind::Sleeps { until });
            }
            Wait::Device => {
                let until = until.unwrap_or(Tick(u64::MAX));
                self.tell(t, EventKind::WaitsForDevice { until });
            }
            // Told as `ConditionWaits` when it began, or as `Signalled`.
            Wait::Condition { .. } | Wait::Relock { .. } => {}
            _ => {
                let holder = self.holder(t, wait);
                self.tell(t, EventKind::Blocks { on, holder });
            }
        }
        let since = match self.threads[t].state {
            State::Blocked(before) => before.since,
            _ => self.clock.moment,
        };
        self.leave_core(t);
        self.unsettled.note(t);
        self.threads[t].state = State::Blocked(Blocked {
            wait,
            on,
            since,
            until,
            pc,
        });
        if self.mode == Mode::Clock {
            self.queues.entry(on).or_default().push_back(t);
            self.set_timer(t, until);
        }
    }

    /// The object has changed: whoever can finish now does, in the order in which they came.
    pub(crate) fn wake(&mut self, object: Object) {
        if self.mode == Mode::Choices {
            return;
        }
        let mut position = 0;
        while let Some(t) = self
            .queues
            .get(&object)
            .and_then(|q| q.get(position))
            .copied()
        {
            let wait = self.threads[t]
                .blocked()
                .expect("queues hold blocked threads")
                .wait;
            if self.guard(t, wait) {
                self.finish_wait(t, wait);
                // Finishing may have let others in before or taken some out: look from the start.
                position = 0;
            } else if wait.is_alike() {
                break;
            } else {
                position += 1;
            }
        }
    }

    /// A blocked thread's wait can end: it does what it waited to do.
    pub(crate) fn finish_wait(&mut self, t: ThreadKey, wait: Wait) {
        let on = self.threads[t]
            .blocked()
            .expect("only a blocked thread's wait ends")
            .on;
        self.leave_queue(t);
        self.effort_of_wakeup();
        match self.effect(t, wait) {
            Ok(Outcome::Return(result)) => {
                if self.mode == Mode::Clock {
                    self.tell(t, EventKind::Wakes { on });
                }
                self.return_from_call(t, result);
                self.make_ready(t);
            }
            Ok(Outcome::Wait(next)) => {
                let until = self.threads[t].blocked().and_then(|b| b.until);
                self.requeue(t, next, until);
            }
            Ok(Outcome::Gone) => {}
            Err(fault) => self.fault(t, fault),
        }
    }

    /// A blocked thread goes on waiting, for something else now (its wait has begun long ago).
    pub(crate) fn requeue(&mut self, t: ThreadKey, wait: Wait, until: Option<Tick>) {
        let on = self.object_of(t, wait);
        if let State::Blocked(blocked) = &mut self.threads[t].state {
            (blocked.wait, blocked.on, blocked.until) = (wait, on, until);
        }
        if self.mode == Mode::Clock {
            self.queues.entry(on).or_default().push_back(t);
            self.set_timer(t, until);
        }
    }

    /// Takes a thread out of the queue it stands in, and its deadline away.
    pub(crate) fn leave_queue(&mut self, t: ThreadKey) {
        let Some(blocked) = self.threads[t].blocked().copied() else {
            return;
        };
        if let Some(queue) = self.queues.get_mut(&blocked.on) {
            if queue.front() == Some(&t) {
                queue.pop_front();
            } else {
                queue.retain(|waiter| *waiter != t);
            }
            if queue.is_empty() {
                self.queues.remove(&blocked.on);
            }
        }
        self.clear_timer(t);
    }

    /// The deadline of a wait has passed.
    pub(crate) fn time_out(&mut self, t: ThreadKey) {
        let blocked = *self.threads[t]
            .blocked()
            .expect("only waits have deadlines");
        self.leave_queue(t);
        match blocked.wait {
            Wait::Sleep => {
                self.tell(t, EventKind::Wakes { on: blocked.on });
                self.return_from_call(t, 0);
                self.make_ready(t);
            }
            Wait::Device => {
                self.tell(t, EventKind::Wakes { on: blocked.on });
                self.device_done(t);
            }
            Wait::Condition { mutex, .. } => {
                self.tell(t, EventKind::TimesOut { on: blocked.on });
                let next = Wait::Relock {
                    mutex,
                    result: Errno::ETIMEDOUT.as_result(),
                };
                self.relock(t, next);
            }
            _ => {
                self.tell(t, EventKind::TimesOut { on: blocked.on });
                self.return_from_call(t, Errno::ETIMEDOUT.as_result());
                self.make_ready(t);
            }
        }
    }

    /// A thread is done waiting for a condition and needs its mutex again.
    pub(crate) fn relock(&mut self, t: ThreadKey, next: Wait) {
        self.requeue(t, next, None);
        if self.mode == Mode::Clock {
            let on = self.threads[t].blocked().expect("it was just queued").on;
            self.wake(on);
        }
    }
}
