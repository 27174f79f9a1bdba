//! How fast the machine is: instructions a second on four loops, one hart and four in lockstep, with
//! and without a watcher, and what it costs to branch off (clone) and to go back (journal).
//!
//! Throughput is in instructions: "350 Melem/s" reads 350 million instructions a second.

#![allow(missing_docs)] // `criterion_group!` writes a public function.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sim_abi::encoding::encode;
use sim_abi::{Instruction, Op, Permissions, Reg};
use sim_machine::{Access, Memory, Registers, Sharing, SpaceId, Stop, Watch, run};

const TEXT: u32 = 0x1_0000;
const DATA: u32 = 0x2_0000;
const STACK: u32 = 0x8_0000;
const INSTRUCTIONS: u64 = 1_000_000;

fn i(op: Op, rd: Reg, rs1: Reg, rs2: Reg, imm: i32) -> Instruction {
    Instruction {
        op,
        rd,
        rs1,
        rs2,
        imm,
    }
}

/// Endless: eight kinds of arithmetic and a branch.
fn arithmetic() -> Vec<Instruction> {
    let (z, t, a, b) = (Reg::ZERO, Reg::T0, Reg::A0, Reg::A1);
    vec![
        i(Op::Addi, t, t, z, 1),
        i(Op::Xor, a, a, t, 0),
        i(Op::Slli, b, a, z, 3),
        i(Op::Add, a, a, b, 0),
        i(Op::Srli, b, a, z, 5),
        i(Op::Sub, a, a, b, 0),
        i(Op::Andi, b, a, z, 0xff),
        i(Op::Or, b, b, t, 0),
        i(Op::Bne, z, t, z, -32),
        i(Op::Jal, z, z, z, -36),
    ]
}

/// Endless: copies 4 KiB by words.
fn memcpy() -> Vec<Instruction> {
    let (z, from, to, end, v) = (Reg::ZERO, Reg::A0, Reg::A1, Reg::A2, Reg::T0);
    vec![
        i(Op::Lui, from, z, z, DATA as i32),
        i(Op::Lui, to, z, z, DATA as i32 + 0x2000),
        i(Op::Lui, end, z, z, DATA as i32 + 0x1000),
        i(Op::Lw, v, from, z, 0),
        i(Op::Sw, z, to, v, 0),
        i(Op::Addi, from, from, z, 4),
        i(Op::Addi, to, to, z, 4),
        i(Op::Bne, z, from, end, -16),
        i(Op::Jal, z, z, z, -32),
    ]
}

/// Endless: `fib(15)`, recursive, with a frame on the stack.
fn fib() -> Vec<Instruction> {
    let (z, sp, ra, s0, a0, t) = (Reg::ZERO, Reg::SP, Reg::RA, Reg::S0, Reg::A0, Reg::T0);
    vec![
        i(Op::Addi, a0, z, z, 15),
        i(Op::Jal, ra, z, z, 8),
        i(Op::Jal, z, z, z, -8),
        i(Op::Addi, t, z, z, 2),
        i(Op::Bge, z, a0, t, 8),
        i(Op::Jalr, z, ra, z, 0),
        i(Op::Addi, sp, sp, z, -16),
        i(Op::Sw, z, sp, ra, 12),
        i(Op::Sw, z, sp, s0, 8),
        i(Op::Sw, z, sp, a0, 4),
        i(Op::Addi, a0, a0, z, -1),
        i(Op::Jal, ra, z, z, -32),
        i(Op::Addi, s0, a0, z, 0),
        i(Op::Lw, a0, sp, z, 4),
        i(Op::Addi, a0, a0, z, -2),
        i(Op::Jal, ra, z, z, -48),
        i(Op::Add, a0, a0, s0, 0),
        i(Op::Lw, s0, sp, z, 8),
        i(Op::Lw, ra, sp, z, 12),
        i(Op::Addi, sp, sp, z, 16),
        i(Op::Jalr, z, ra, z, 0),
    ]
}

/// Endless: the sieve of Eratosthenes up to 4096, a byte a number.
fn sieve() -> Vec<Instruction> {
    let (z, p, q, n, at, one) = (Reg::ZERO, Reg::A0, Reg::A1, Reg::A2, Reg::T0, Reg::T1);
    let base = Reg::S0;
    vec![
        i(Op::Lui, base, z, z, DATA as i32),
        i(Op::Lui, n, z, z, 0x1000),
        i(Op::Addi, one, z, z, 1),
        i(Op::Addi, p, z, z, 2),
        i(Op::Add, q, p, p, 0),     // 16: each p
        i(Op::Bgeu, z, q, n, 24),   // 20: each multiple
        i(Op::Add, at, base, q, 0), // 24
        i(Op::Lbu, Reg::T2, at, z, 0),
        i(Op::Sb, z, at, one, 0),
        i(Op::Add, q, q, p, 0),
        i(Op::Jal, z, z, z, -20), // 40
        i(Op::Addi, p, p, z, 1),  // 44
        i(Op::Slti, at, p, z, 64),
        i(Op::Bne, z, at, z, -36), // 52
        i(Op::Jal, z, z, z, -56),
    ]
}

/// Sixteen pages, as a small program has, and the text.
fn boot(program: &[Instruction]) -> (Memory, SpaceId, Registers) {
    let mut m = Memory::new();
    let s = m.create_space();
    let text = m.new_frame();
    let bytes: Vec<u8> = program
        .iter()
        .flat_map(|i| encode(*i).to_le_bytes())
        .collect();
    m.write_frame(text, 0, &bytes);
    m.map(s, TEXT >> 12, text, Permissions::RX, Sharing::Private);
    for page in (DATA >> 12..(DATA >> 12) + 8).chain((STACK >> 12) - 8..STACK >> 12) {
        let frame = m.new_frame();
        m.map(s, page, frame, Permissions::RW, Sharing::Private);
    }
    let mut r = Registers {
        pc: TEXT,
        ..Registers::default()
    };
    r.x[2] = STACK;
    (m, s, r)
}

/// Counts accesses, which is the least a watcher can do.
struct Count(u64);

impl Watch for Count {
    const ACCESSES: bool = true;
    const INSTRUCTIONS: bool = false;
    fn access(&mut self, access: &Access) {
        self.0 += u64::from(access.value & 1);
    }
}

type Program = fn() -> Vec<Instruction>;
const PROGRAMS: [(&str, Program); 4] = [
    ("arithmetic", arithmetic),
    ("memcpy", memcpy),
    ("fib", fib),
    ("sieve", sieve),
];

fn one_hart(c: &mut Criterion) {
    let mut group = c.benchmark_group("one hart");
    group.throughput(Throughput::Elements(INSTRUCTIONS));
    for (name, program) in PROGRAMS {
        let (mut m, s, mut r) = boot(&program());
        group.bench_function(name, |b| {
            b.iter(|| {
                assert_eq!(
                    run(&mut r, &mut m, s, INSTRUCTIONS, &mut ()).1,
                    Stop::Budget
                )
            });
        });
        let (mut m, s, mut r) = boot(&program());
        let mut count = Count(0);
        group.bench_function(format!("{name}, watched"), |b| {
            b.iter(|| {
                assert_eq!(
                    run(&mut r, &mut m, s, INSTRUCTIONS, &mut count).1,
                    Stop::Budget
                )
            });
        });
    }
}

/// One instruction of each of four harts in turn, as cores in lockstep do.
fn lockstep(c: &mut Criterion) {
    let mut group = c.benchmark_group("four harts in lockstep");
    group.throughput(Throughput::Elements(INSTRUCTIONS));
    for (name, program) in PROGRAMS {
        let (mut m, s, r) = boot(&program());
        let mut harts = [r; 4];
        for (n, hart) in harts.iter_mut().enumerate() {
            hart.x[2] -= 0x1000 * n as u32;
        }
        group.bench_function(name, |b| {
            b.iter(|| {
                for _ in 0..INSTRUCTIONS / 4 {
                    for hart in &mut harts {
                        run(hart, &mut m, s, 1, &mut ());
                    }
                }
            });
        });
    }
}

/// Branching off and going back; ten instructions a step.
fn branching(c: &mut Criterion) {
    let mut group = c.benchmark_group("branching");
    let (mut m, s, mut r) = boot(&sieve());
    run(&mut r, &mut m, s, 1000, &mut ());
    group.bench_function("clone and step", |b| {
        b.iter(|| {
            let (mut m, mut r) = (m.clone(), r);
            run(&mut r, &mut m, s, 10, &mut ());
            r
        });
    });
    m.journal(true);
    group.bench_function("mark, step and roll back", |b| {
        b.iter(|| {
            let (mark, mut r) = (m.mark(), r);
            run(&mut r, &mut m, s, 10, &mut ());
            m.rollback(mark);
            r
        });
    });
    group.throughput(Throughput::Elements(1000));
    group.bench_function("1000 instructions with journal", |b| {
        b.iter(|| {
            let (mark, mut r) = (m.mark(), r);
            run(&mut r, &mut m, s, 1000, &mut ());
            m.rollback(mark);
            r
        });
    });
}

fn quick() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .measurement_time(core::time::Duration::from_secs(1))
        .warm_up_time(core::time::Duration::from_millis(300))
}

criterion_group! { name = benches; config = quick(); targets = one_hart, lockstep, branching }
criterion_main!(benches);
