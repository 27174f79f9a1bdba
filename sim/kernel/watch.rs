//! Between the machine and an observer: a hart's accesses become accesses of a thread.

use sim_abi::layout::PAGE_SIZE;
use sim_abi::{CoreId, Instruction, Location, MemoryAccess, Tick};
use sim_machine::{Access, Kind, Registers, Watch};

use crate::clock::Clock;
use crate::observer::Observer;
use crate::process::Process;
use crate::space::own_heap;
use crate::thread::Thread;

/// How the accesses of a thread's hart look from outside, as long as the kernel does nothing.
pub(crate) struct View<'a> {
    /// What is the same for all accesses.
    template: MemoryAccess,
    process: &'a Process,
    library_text: core::ops::Range<u32>,
    library_data: core::ops::Range<u32>,
    allocator_text: core::ops::Range<u32>,
}

impl<'a> View<'a> {
    /// For a run of a thread's hart.
    pub(crate) fn new(
        tick: Tick,
        core: Option<CoreId>,
        thread: &Thread,
        process: &'a Process,
    ) -> Self {
        let image = process.image.as_ref();
        View {
            template: MemoryAccess {
                tick,
                core,
                thread: thread.tid,
                process: thread.pid,
                pc: 0,
                address: 0,
                location: Location::Private {
                    space: process.pid.0,
                    address: 0,
                },
                size: 0,
                write: false,
                read: false,
                atomic: false,
                value: 0,
                internal: false,
            },
            process,
            library_text: image.map_or(0..0, |i| i.library_text.clone()),
            library_data: image.map_or(0..0, |i| i.library_data.clone()),
            allocator_text: image.map_or(0..0, |i| i.allocator_text.clone()),
        }
    }

    /// From now on it is this tick.
    pub(crate) fn set_tick(&mut self, tick: Tick) {
        self.template.tick = tick;
    }

    pub(crate) fn translate(&self, access: &Access) -> MemoryAccess {
        let location = match access.shared {
            Some(frame) => Location::Shared {
                frame: frame.0,
                offset: access.address % PAGE_SIZE,
            },
            None => Location::Private {
                space: self.process.pid.0,
                address: access.address,
            },
        };
        let (read, write, atomic) = match access.kind {
            Kind::Load => (true, false, false),
            Kind::Store => (false, true, false),
            Kind::LoadReserved => (true, false, true),
            Kind::StoreConditional { success } => (false, success, true),
            Kind::AtomicRmw => (true, true, true),
        };
        let internal = self.library_text.contains(&access.pc)
            && (self.library_data.contains(&access.address)
                || own_heap(
                    &self.process.space,
                    access.address,
                    self.allocator_text.contains(&access.pc),
                ));
        MemoryAccess {
            pc: access.pc,
            address: access.address,
            location,
            size: u32::from(access.size),
            read,
            write,
            atomic,
            value: access.value,
            internal,
            ..self.template
        }
    }
}

/// Looks on for an observer, for one run of a hart.
pub struct KernelWatch<'a, O: Observer> {
    observer: &'a mut O,
    view: View<'a>,
}

impl<'a, O: Observer> KernelWatch<'a, O> {
    /// For one run of a thread's hart.
    pub fn new(observer: &'a mut O, clock: &Clock, thread: &Thread, process: &'a Process) -> Self {
        KernelWatch {
            observer,
            view: View::new(clock.now, clock.executing, thread, process),
        }
    }

    pub(crate) fn translate(&self, access: &Access) -> MemoryAccess {
        self.view.translate(access)
    }
}

impl<O: Observer> Watch for KernelWatch<'_, O> {
    const ACCESSES: bool = O::ACCESSES;
    const INSTRUCTIONS: bool = O::INSTRUCTIONS;

    fn access(&mut self, access: &Access) {
        self.observer.access(&self.view.translate(access));
    }

    fn instruction(&mut self, pc: u32, instruction: Instruction, before: &Registers) {
        self.observer
            .instruction(self.view.template.thread, pc, instruction, before);
    }
}

/// Looks on for an observer, for one instruction of a hart among others in lockstep. Accesses only.
pub(crate) struct LaneWatch<'o, 'v, O: Observer> {
    /// Who is told.
    pub(crate) observer: &'o mut O,
    /// Whose accesses.
    pub(crate) view: &'v View<'v>,
}

impl<O: Observer> Watch for LaneWatch<'_, '_, O> {
    const ACCESSES: bool = O::ACCESSES;
    const INSTRUCTIONS: bool = false;

    fn access(&mut self, access: &Access) {
        self.observer.access(&self.view.translate(access));
    }
}
