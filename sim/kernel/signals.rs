//! Signals: sending, default actions, ignoring, handlers (POSIX.1-2017, chapter 2.4).
//!
//! A signal for a process goes to its first thread that does not block it; under choices to any of these. A handler runs before the
//! thread's next instruction, on its stack, with the registers saved below; a call that waits is
//! interrupted: it gives EINTR, or is made again if the handler was set with `SA_RESTART`.
//!
//! Under choices a handler runs at once, before what the thread stands right before; and calls that a signal
//! can interrupt are two steps, to be made and to come back from, so that it may come before, between and after
//! them. What a handler shares with what it interrupts counts as shared (`choices.rs`, C8).
//!
//! The end of a child sends SIGCHLD to a parent that handles it.
//!
//! Not here: stopping and continuing, queued signals with values, alternate stacks.

use alloc::vec::Vec;

use sim_abi::event::Fault;
use sim_abi::syscall::Errno;
use sim_abi::{EventKind, Pid, Tid};

use crate::process::ProcessKey;
use crate::thread::{State, ThreadKey};
use crate::wait::{Attempt, Outcome, Wait, done, failed};
use crate::world::World;

/// Signals are 1 to 31; 32 and more do not exist here.
pub const SIGNALS: usize = 32;
const SIG_DFL: u32 = 0;
const SIG_IGN: u32 = 1;
const SA_RESTART: u32 = 0x1000_0000;
const SA_NODEFER: u32 = 0x4000_0000;
const SA_RESETHAND: u32 = 0x8000_0000;
const SIGKILL: u32 = 9;
const SIGCHLD: u32 = 17;
const SIGCONT: u32 = 18;
const SIGURG: u32 = 23;
const SIGWINCH: u32 = 28;
const SIGSTOP: u32 = 19;
/// Saved registers: x1 to x31, pc, the signal mask.
const FRAME: u32 = 33 * 4;

/// What a process does with a signal: `struct sigaction`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Action {
    /// 0 the default, 1 ignored, else the address of the handler.
    pub handler: u32,
    /// `SA_…`
    pub flags: u32,
    /// Where the handler returns to.
    pub restorer: u32,
    /// Blocked while the handler runs.
    pub mask: u32,
}

/// The signals of a process.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Actions {
    /// By signal number.
    pub table: [Action; SIGNALS],
}

/// Why a process dies when a signal is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Death {
    /// There is no room for the handler's frame on the stack.
    Fault(Fault),
    /// The signal's default action.
    Signal(u8),
}

impl From<Fault> for Death {
    fn from(fault: Fault) -> Death {
        Death::Fault(fault)
    }
}

impl World {
    fn action(&self, p: ProcessKey, signal: u32) -> Action {
        self.processes[p].actions.table[signal as usize % SIGNALS]
    }

    /// Would this signal kill the thread's process?
    pub(crate) fn signal_kills(&self, t: ThreadKey, signal: u8) -> bool {
        let signal = u32::from(signal);
        let ignored = [SIGCHLD, SIGCONT, SIGURG, SIGWINCH].contains(&signal);
        self.action(self.threads[t].process, signal).handler == SIG_DFL && !ignored
    }

    pub(crate) fn sigaction(&mut self, t: ThreadKey, signal: u32, new: u32, old: u32) -> Attempt {
        if signal == 0 || signal as usize >= SIGNALS {
            return failed(Errno::EINVAL);
        }
        if new != 0 && [SIGKILL, SIGSTOP].contains(&signal) {
            return failed(Errno::EINVAL);
        }
        let p = self.threads[t].process;
        let before = self.action(p, signal);
        let mut action = before;
        if new != 0 {
            action = Action {
                handler: self.load_word(t, new)?,
                flags: self.load_word(t, new.wrapping_add(4))?,
                restorer: self.load_word(t, new.wrapping_add(8))?,
                mask: self.load_word(t, new.wrapping_add(12))?,
            };
        }
        if old != 0 {
            let words = [
                before.handler,
                before.flags,
                before.restorer,
                before.mask,
                0,
            ];
            for (n, word) in (0..).zip(words) {
                self.store_word(t, old.wrapping_add(4 * n), word)?;
            }
        }
        self.processes[p].actions.table[signal as usize] = action;
        done(0)
    }

    /// `SIG_BLOCK` 0, `SIG_UNBLOCK` 1, `SIG_SETMASK` 2. Bit `n - 1` stands for signal `n`.
    pub(crate) fn sigprocmask(&mut self, t: ThreadKey, how: u32, set: u32, old: u32) -> Attempt {
        let before = self.threads[t].signal_mask;
        if set != 0 {
            let set = self.load_word(t, set)?;
            let mask = match how {
                0 => before | set,
                1 => before & !set,
                2 => set,
                _ => return failed(Errno::EINVAL),
            };
            self.threads[t].signal_mask = mask & !(bit(SIGKILL) | bit(SIGSTOP));
        }
        if old != 0 {
            self.store_word(t, old, before)?;
            self.store_word(t, old.wrapping_add(4), 0)?;
        }
        done(0)
    }

    /// Waits for a signal; `set`: blocked meanwhile, or 0.
    pub(crate) fn sigsuspend(&mut self, t: ThreadKey, set: u32) -> Attempt {
        let before = self.threads[t].signal_mask;
        if set != 0 {
            let mask = self.load_word(t, set)?;
            self.threads[t].signal_mask = mask & !(bit(SIGKILL) | bit(SIGSTOP));
        }
        let thread = &mut self.threads[t];
        thread.suspended_mask = Some(before);
        match thread.pending_signals & !thread.signal_mask {
            0 => Ok(Outcome::Wait(Wait::Signal)),
            _ => failed(Errno::EINTR),
        }
    }

    /// Does its process handle any signal? Then its calls may be interrupted.
    pub(crate) fn has_handlers(&self, t: ThreadKey) -> bool {
        let p = self.threads[t].process;
        (1..SIGNALS as u32).any(|signal| self.handles(p, signal))
    }

    /// `alternative`: under choices, which of those who may get it does.
    pub(crate) fn kill(
        &mut self,
        t: ThreadKey,
        pid: u32,
        signal: u32,
        alternative: Option<u32>,
    ) -> Attempt {
        if signal as usize >= SIGNALS {
            return failed(Errno::EINVAL);
        }
        let Some(p) = self.pids.get(&Pid(pid)).copied() else {
            return failed(Errno::ESRCH);
        };
        if signal == 0 || self.processes[p].status.is_some() {
            return done(0);
        }
        let receivers = self.receivers(p, signal);
        match receivers.get(alternative.unwrap_or(0) as usize) {
            Some(target) => self.send(t, *target, signal),
            None => done(0),
        }
    }

    /// Threads that may get a signal sent to their process: those that do not block it, or else the first.
    fn receivers(&self, p: ProcessKey, signal: u32) -> Vec<ThreadKey> {
        let threads = self.processes[p].threads.iter().copied();
        let alive = threads.filter(|t| self.threads[*t].state != State::Ended);
        let (open, blocked): (Vec<_>, Vec<_>) =
            alive.partition(|t| self.threads[*t].signal_mask & bit(signal) == 0);
        match open.is_empty() {
            true => blocked.into_iter().take(1).collect(),
            false => open,
        }
    }

    /// How many threads `kill` has to choose from.
    pub(crate) fn receivers_of_kill(&self, pid: u32, signal: u32) -> u32 {
        let p = self.pids.get(&Pid(pid)).copied();
        let p = p.filter(|p| (1..SIGNALS as u32).contains(&signal) && self.handles(*p, signal));
        p.map_or(1, |p| self.receivers(p, signal).len() as u32)
    }

    /// Has the process a handler for the signal?
    fn handles(&self, p: ProcessKey, signal: u32) -> bool {
        ![SIG_DFL, SIG_IGN].contains(&self.action(p, signal).handler)
    }

    /// A child has ended: its parent may handle that.
    pub(crate) fn child_ended(&mut self, parent: Pid) {
        let p = self.pids[&parent];
        if self.handles(p, SIGCHLD)
            && let Some(target) = self.receivers(p, SIGCHLD).first()
        {
            self.post(*target, SIGCHLD);
        }
    }

    pub(crate) fn tkill(&mut self, t: ThreadKey, tid: u32, signal: u32) -> Attempt {
        match self.tids.get(&Tid(tid)).copied() {
            _ if signal as usize >= SIGNALS => failed(Errno::EINVAL),
            Some(target) if self.threads[target].state != State::Ended && signal != 0 => {
                self.send(t, target, signal)
            }
            Some(_) => done(0),
            None => failed(Errno::ESRCH),
        }
    }

    fn send(&mut self, sender: ThreadKey, target: ThreadKey, signal: u32) -> Attempt {
        let p = self.threads[target].process;
        let itself = self.threads[sender].process == p;
        let blocked = self.threads[target].signal_mask & bit(signal) != 0;
        match self.action(p, signal).handler {
            SIG_IGN => done(0),
            _ if blocked && ![SIGKILL, SIGSTOP].contains(&signal) => {
                self.post(target, signal);
                done(0)
            }
            SIG_DFL if self.signal_kills(target, signal as u8) => {
                self.killed(target, signal as u8);
                if itself { Ok(Outcome::Gone) } else { done(0) }
            }
            SIG_DFL => done(0),
            _ => {
                self.threads[target].pending_signals |= bit(signal);
                if target != sender {
                    self.post(target, signal);
                }
                done(0)
            }
        }
    }

    /// A signal with a handler comes. It stays pending until it is let through.
    fn post(&mut self, t: ThreadKey, signal: u32) {
        self.threads[t].pending_signals |= bit(signal);
        if self.threads[t].signal_mask & bit(signal) != 0 {
            return;
        }
        self.interrupt(t, signal);
        // Under choices it runs the handler first, and comes back to what it stood right before.
        if self.threads[t].state == State::Ready && self.threads[t].parked.is_some() {
            self.threads[t].parked = None;
            self.unsettled.note(t);
        }
    }

    /// A waiting thread is to run a handler: its call is over, or is made again afterwards.
    fn interrupt(&mut self, t: ThreadKey, signal: u32) {
        let Some(blocked) = self.threads[t].blocked().copied() else {
            return;
        };
        // What it has waited for is there: it takes that first.
        let is_over = blocked.wait != Wait::Sleep && self.guard(t, blocked.wait);
        if is_over || !blocked.wait.is_slow() {
            return;
        }
        self.leave_queue(t);
        // What has gone into the pipe has gone: the call says how much.
        if let Wait::PipeWrite { done, .. } = blocked.wait
            && done > 0
        {
            self.return_from_call(t, done);
            self.make_ready(t);
            return;
        }
        let restart = self.action(self.threads[t].process, signal).flags & SA_RESTART != 0;
        if restart && ![Wait::Sleep, Wait::Signal].contains(&blocked.wait) {
            self.threads[t].registers.pc = self.exact_place(t);
            self.threads[t].call_pc = None;
        } else {
            self.return_from_call(t, Errno::EINTR.as_result());
        }
        self.make_ready(t);
    }

    /// Before a thread's next instruction: the handler of a pending signal is called.
    ///
    /// # Errors
    /// What kills the process: the signal, or a stack without room for the handler.
    pub(crate) fn deliver_signal(&mut self, t: ThreadKey) -> Result<(), Death> {
        let thread = &self.threads[t];
        let deliverable = thread.pending_signals & !thread.signal_mask;
        if deliverable == 0 {
            return Ok(());
        }
        let signal = deliverable.trailing_zeros() + 1;
        let p = thread.process;
        let action = self.action(p, signal);
        // Pending since it was blocked, and nobody has set a handler in the meantime.
        if [SIG_DFL, SIG_IGN].contains(&action.handler) {
            let thread = &mut self.threads[t];
            thread.pending_signals &= !bit(signal);
            if let Some(mask) = thread.suspended_mask.take() {
                thread.signal_mask = mask;
            }
            let signal = signal as u8;
            return match action.handler == SIG_DFL && self.signal_kills(t, signal) {
                true => Err(Death::Signal(signal)),
                false => Ok(()),
            };
        }
        self.tell(
            t,
            EventKind::Handles {
                signal: signal as u8,
            },
        );
        let thread = &self.threads[t];
        let before = thread.registers;
        let mask = thread.suspended_mask.unwrap_or(thread.signal_mask);
        let sp = (before.x[2].wrapping_sub(FRAME)) & !15;
        self.effort_of_signal();
        for n in 1..32 {
            self.store_word(t, sp.wrapping_add(4 * (n - 1)), before.x[n as usize])?;
        }
        self.store_word(t, sp.wrapping_add(4 * 31), before.pc)?;
        self.store_word(t, sp.wrapping_add(4 * 32), mask)?;
        if action.flags & SA_RESETHAND != 0 {
            self.processes[p].actions.table[signal as usize].handler = SIG_DFL;
        }
        let thread = &mut self.threads[t];
        thread.pending_signals &= !bit(signal);
        thread.suspended_mask = None;
        thread.interrupted_stack.get_or_insert(sp + FRAME);
        thread.signal_mask |= action.mask
            | if action.flags & SA_NODEFER == 0 {
                bit(signal)
            } else {
                0
            };
        thread.registers.x[1] = action.restorer;
        thread.registers.x[2] = sp;
        thread.registers.x[10] = signal;
        thread.registers.pc = action.handler;
        Ok(())
    }

    /// What [`World::deliver_signal`] found: the process ends.
    pub(crate) fn die(&mut self, t: ThreadKey, death: Death) {
        match death {
            Death::Fault(fault) => self.fault(t, fault),
            Death::Signal(signal) => self.killed(t, signal),
        }
    }

    /// A signal ends the process: told, with the place where the thread was.
    fn killed(&mut self, t: ThreadKey, signal: u8) {
        self.obituary = self.backtrace(self.threads[t].tid);
        self.tell(t, EventKind::KilledBySignal { signal });
        self.kill_process(t, signal);
    }

    /// Back from a handler: the registers are as they were.
    pub(crate) fn sigreturn(&mut self, t: ThreadKey) -> Attempt {
        let sp = self.threads[t].registers.x[2];
        let mut registers = self.threads[t].registers;
        for n in 1..32 {
            registers.x[n as usize] = self.load_word(t, sp.wrapping_add(4 * (n - 1)))?;
        }
        registers.pc = self.load_word(t, sp.wrapping_add(4 * 31))?;
        let mask = self.load_word(t, sp.wrapping_add(4 * 32))?;
        let thread = &mut self.threads[t];
        thread.registers = registers;
        thread.signal_mask = mask;
        if thread.interrupted_stack == Some(sp + FRAME) {
            thread.interrupted_stack = None;
        }
        thread.call_pc = None;
        Ok(Outcome::Gone)
    }
}

fn bit(signal: u32) -> u32 {
    1 << (signal - 1)
}
