//! Runs an image: memory for its segments and a stack, the system calls `write` and `exit`.

use alloc::vec::Vec;
use sim_abi::layout::{PAGE_SIZE, STACK_TOP};
use sim_abi::{Image, Permissions};
use sim_machine::{Memory, Registers, Sharing, Stop, run};

/// What a program did.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What it gave to `exit`.
    pub status: u32,
    /// What it wrote.
    pub output: Vec<u8>,
}

/// Runs an image to its end; panics if it faults or runs for ever.
pub fn execute(image: &Image) -> Outcome {
    let mut memory = Memory::new();
    let space = memory.create_space();
    let mut map = |first: u32, bytes: u32, permissions: Permissions| {
        for page in first / PAGE_SIZE..=(first + bytes - 1) / PAGE_SIZE {
            let frame = memory.new_frame();
            memory.map(space, page, frame, permissions, Sharing::Private);
        }
    };
    for segment in &image.segments {
        map(segment.address, segment.size, Permissions::RW);
    }
    map(STACK_TOP - 0x10_0000, 0x10_0000, Permissions::RW);
    for segment in &image.segments {
        memory
            .write(space, segment.address, &segment.bytes)
            .expect("the segment is mapped");
        for page in 0..segment.size.div_ceil(PAGE_SIZE) {
            let page = segment.address / PAGE_SIZE + page;
            memory.protect(space, page, segment.permissions);
        }
    }
    let mut registers = Registers {
        pc: image.entry,
        ..Registers::default()
    };
    registers.x[2] = STACK_TOP - 64;
    let mut output = Vec::new();
    loop {
        let (_, stop) = run(&mut registers, &mut memory, space, 10_000_000, &mut ());
        assert_eq!(stop, Stop::Ecall, "at {:#x}", registers.pc);
        match registers.x[17] {
            93 => {
                return Outcome {
                    status: registers.x[10],
                    output,
                };
            }
            64 => {
                let start = output.len();
                output.resize(start + registers.x[12] as usize, 0);
                memory
                    .read(space, registers.x[11], &mut output[start..])
                    .expect("what is written can be read");
                registers.x[10] = registers.x[12];
            }
            number => panic!("system call {number}"),
        }
        registers.pc += 4;
    }
}
