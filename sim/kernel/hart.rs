//! A thread on a core: its instructions are executed until the machine wants the kernel, and the kernel
//! does what they stopped for.
//!
//! Not here: several busy cores (`lockstep`), the same under choices (`choices`).

use sim_abi::event::Fault;
use sim_abi::{CoreId, Tick};
use sim_machine::Stop;

use crate::effort::EFFORT_OF_A_CALL;
use crate::observer::Observer;
use crate::signals::Death;
use crate::thread::{ThreadBody, ThreadKey};
use crate::watch::KernelWatch;
use crate::world::World;

/// Why a thread's instructions stopped.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Interrupt {
    /// The machine wants the kernel.
    Stop(Stop),
    /// A signal kills the process.
    Death(Death),
}

impl World {
    /// One core is busy: it runs until something happens, or for `ticks`.
    pub(crate) fn run_alone<O: Observer>(
        &mut self,
        observer: &mut O,
        number: u16,
        t: ThreadKey,
        ticks: u64,
    ) {
        let from = self.clock.now;
        if matches!(self.threads[t].body, ThreadBody::Bursts { .. }) {
            self.compute(t, ticks);
            self.spent(observer, number, from, ticks);
            self.clock.now = Tick(from.0 + ticks);
            return;
        }
        let mut done = 0;
        while done < ticks {
            let budget = if O::INSTRUCTIONS || O::SETTLES {
                1
            } else {
                ticks - done
            };
            self.clock.now = Tick(from.0 + done);
            let (executed, stop) = self.run_hart(observer, number, t, budget);
            done += executed;
            if let Some(stop) = stop {
                self.clock.now = Tick(from.0 + done);
                // The instruction that asked the kernel takes a tick itself; a page fault does not: its
                // instruction comes again.
                let took = self.serve(observer, number, t, stop);
                done += took;
                self.clock.now = Tick(from.0 + done);
                self.spent(observer, number, from, done);
                self.pay(observer, number, self.clock.now);
                return;
            }
        }
        self.spent(observer, number, from, done);
        self.clock.now = Tick(from.0 + done);
    }

    /// Runs a thread's instructions on a core; how many, and what stopped it.
    pub(crate) fn run_hart<O: Observer>(
        &mut self,
        observer: &mut O,
        number: u16,
        t: ThreadKey,
        budget: u64,
    ) -> (u64, Option<Interrupt>) {
        self.clock.executing = Some(CoreId(number));
        self.clock.moment = Tick(self.clock.now.0 + 1);
        if self.threads[t].pending_signals != 0 {
            if let Err(death) = self.deliver_signal(t) {
                return (0, Some(Interrupt::Death(death)));
            }
            self.flush(observer);
        }
        let thread = &mut self.threads[t];
        let process = &self.processes[thread.process];
        let space = process.space.id;
        let mut watch = KernelWatch::new(observer, &self.clock, thread, process);
        let (executed, stop) = sim_machine::run(
            &mut thread.registers,
            &mut self.memory,
            space,
            budget,
            &mut watch,
        );
        thread.account.running += executed;
        thread.account.instructions += executed;
        self.clock.instructions += executed;
        if O::SETTLES || O::INSTRUCTIONS {
            observer.settled(self);
        }
        match stop {
            Stop::Budget => (executed, None),
            stop => (executed, Some(Interrupt::Stop(stop))),
        }
    }

    /// The kernel does what a thread stopped for; how many ticks the instruction took.
    pub(crate) fn serve<O: Observer>(
        &mut self,
        observer: &mut O,
        number: u16,
        t: ThreadKey,
        interrupt: Interrupt,
    ) -> u64 {
        self.clock.executing = Some(CoreId(number));
        self.clock.moment = Tick(self.clock.now.0 + 1);
        self.charge = 0;
        let stop = match interrupt {
            Interrupt::Stop(stop) => stop,
            Interrupt::Death(death) => {
                self.threads[t].account.running += 1;
                self.die(t, death);
                self.flush(observer);
                return 1;
            }
        };
        let took = match stop {
            Stop::Miss(miss) => match self.page_fault(t, miss) {
                Ok(()) => 0,
                Err(fault) => {
                    self.fault(t, fault);
                    1
                }
            },
            Stop::Ecall => {
                let thread = &mut self.threads[t];
                thread.account.running += 1;
                thread.account.instructions += 1;
                self.clock.instructions += 1;
                self.clock.effort += EFFORT_OF_A_CALL;
                self.system_call(t, None);
                1
            }
            Stop::Ebreak => self.dies(t, Fault::Breakpoint),
            Stop::Fault(fault) => self.dies(t, machine_fault(fault)),
            Stop::Budget | Stop::Held => unreachable!("not a stop of a run without holds"),
        };
        self.flush(observer);
        took
    }

    fn dies(&mut self, t: ThreadKey, fault: Fault) -> u64 {
        self.threads[t].account.running += 1;
        self.fault(t, fault);
        1
    }
}

/// What the machine calls a fault, in the kernel's words.
pub(crate) fn machine_fault(fault: sim_machine::Fault) -> Fault {
    match fault {
        sim_machine::Fault::IllegalInstruction { word } => Fault::IllegalInstruction(word),
        sim_machine::Fault::MisalignedFetch { target } => Fault::MisalignedFetch(target),
        sim_machine::Fault::MisalignedAtomic { address } => Fault::MisalignedAtomic(address),
    }
}
