//! The fast path: a loop over decoded operations that touches nothing but registers and bytes.
//!
//! Everything that needs thought leaves the loop *before* the instruction has done anything
//! ([`Exit::Slow`]) and is executed by `execute.rs`.
//!
//! Counting costs nothing on straight lines: `end` is the index at which the budget would be used up
//! if no further jump were taken, and the loop runs over the operations below it. A taken jump of
//! `d` instructions moves `end` by `d - 1`. So always `left == end - i`.

use crate::arithmetic::{compute, extend, modify, taken};
use crate::memory::{Bytes, FrameId, Memory};
use crate::registers::Registers;
use crate::space::{Entry, SpaceId};
use crate::text::Code;
use crate::watch::{Access, Kind, Watch};
use sim_abi::Op;

/// Why the fast path leads no further.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The budget is used up.
    Budget,
    /// `pc` is not in the current text.
    Fetch,
    /// The instruction at `pc` needs the other road.
    Slow,
    /// The watcher said no.
    Held,
}

/// So that `end` cannot overflow.
const LONGEST: u64 = 1 << 40;

/// Executes instructions until one needs thought; `left` is counted down.
#[inline(never)]
pub(crate) fn fast<W: Watch>(
    r: &mut Registers,
    m: &mut Memory,
    s: SpaceId,
    left: &mut u64,
    w: &mut W,
) -> Exit {
    let Memory {
        frames,
        spaces,
        texts,
        ..
    } = m;
    let frames = frames.as_mut_slice();
    let Some(space) = spaces.get(s.0 as usize) else {
        return Exit::Fetch;
    };
    let cache = &space.cache;
    let Some(text) = texts.get(space.text) else {
        return Exit::Fetch;
    };
    let base = text.base;
    let operations = &text.operations[..];
    if r.pc % 4 != 0 {
        return Exit::Fetch;
    }
    let x = &mut r.x;
    let mut i = (r.pc.wrapping_sub(base) / 4) as usize;
    let started = (*left).min(LONGEST) as usize;
    let mut end = i + started;
    let mut window = &operations[..end.min(operations.len())];
    let pc_of = |i: usize| base.wrapping_add((i as u32).wrapping_mul(4));

    macro_rules! go {
        ($distance:expr) => {{
            let distance: usize = $distance;
            i = i.wrapping_add(distance);
            end = end.wrapping_add(distance).wrapping_sub(1);
            window = &operations[..end.min(operations.len())];
        }};
    }
    macro_rules! jump_register {
        ($target:expr) => {{
            let target: u32 = $target & !1;
            if target & 2 != 0 {
                break Exit::Slow;
            }
            let to = (target.wrapping_sub(base) / 4) as usize;
            to.wrapping_sub(i)
        }};
    }
    macro_rules! branch {
        ($o:expr, $op:expr) => {
            if taken($op, x[$o.rs1 as usize], x[$o.rs2 as usize]) {
                go!($o.imm as i32 as isize as usize)
            } else {
                i += 1;
            }
        };
    }
    macro_rules! register {
        ($o:expr, $op:expr) => {{
            x[$o.rd as usize] = compute($op, x[$o.rs1 as usize], x[$o.rs2 as usize]);
            i += 1;
        }};
    }
    macro_rules! immediate {
        ($o:expr, $op:expr) => {{
            x[$o.rd as usize] = compute($op, x[$o.rs1 as usize], $o.imm);
            i += 1;
        }};
    }
    // The access is admitted by the watcher, or the loop is left.
    macro_rules! watched {
        ($half:ident, $address:expr, $size:expr, $kind:expr, $value:expr, $frame:expr) => {
            if W::ACCESSES {
                let access = Access {
                    pc: pc_of(i),
                    address: $address,
                    size: $size,
                    kind: $kind,
                    value: $value,
                    shared: cache.$half.shared($address).then_some(FrameId($frame)),
                };
                if !w.before(&access) {
                    break Exit::Held;
                }
                w.access(&access);
            }
        };
    }
    macro_rules! load {
        ($o:expr, $op:expr, $int:ty) => {{
            const SIZE: usize = size_of::<$int>();
            let address = x[$o.rs1 as usize].wrapping_add($o.imm);
            let entry = cache.read.entry(address);
            let Some(bytes) = hit(entry, address, SIZE, frames) else {
                break Exit::Slow;
            };
            let at = offset(address, SIZE);
            let mut value = [0; SIZE];
            value.copy_from_slice(&bytes[at..at + SIZE]);
            let value = u32::from(<$int>::from_le_bytes(value));
            watched!(read, address, SIZE as u8, Kind::Load, value, entry.frame);
            x[$o.rd as usize] = extend($op, value);
            i += 1;
        }};
    }
    macro_rules! store {
        ($o:expr, $int:ty) => {{
            const SIZE: usize = size_of::<$int>();
            let address = x[$o.rs1 as usize].wrapping_add($o.imm);
            let entry = cache.write.entry(address);
            let Some(bytes) = hit(entry, address, SIZE, frames) else {
                break Exit::Slow;
            };
            let at = offset(address, SIZE);
            let value = x[$o.rs2 as usize] as $int;
            watched!(
                write,
                address,
                SIZE as u8,
                Kind::Store,
                u32::from(value),
                entry.frame
            );
            bytes[at..at + SIZE].copy_from_slice(&value.to_le_bytes());
            i += 1;
        }};
    }
    macro_rules! atomic {
        ($o:expr, $op:expr) => {{
            let address = x[$o.rs1 as usize];
            let entry = cache.write.entry(address);
            let Some(bytes) = hit(entry, address, 4, frames) else {
                break Exit::Slow;
            };
            let at = offset(address, 4);
            let old = u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
            let new = modify($op, old, x[$o.rs2 as usize]);
            watched!(write, address, 4, Kind::AtomicRmw, new, entry.frame);
            bytes[at..at + 4].copy_from_slice(&new.to_le_bytes());
            if $o.rd as usize != 0 {
                x[$o.rd as usize] = old;
            }
            i += 1;
        }};
    }

    let exit = loop {
        let Some(o) = window.get(i) else {
            break if i == end { Exit::Budget } else { Exit::Fetch };
        };
        match o.code {
            Code::Slow => break Exit::Slow,
            Code::Nop => i += 1,
            Code::Constant => {
                x[o.rd as usize] = o.imm;
                i += 1;
            }
            Code::Jump => go!(o.imm as i32 as isize as usize),
            Code::Call => {
                x[o.rd as usize] = pc_of(i + 1);
                go!(o.imm as i32 as isize as usize);
            }
            Code::JumpRegister => {
                let distance = jump_register!(x[o.rs1 as usize].wrapping_add(o.imm));
                go!(distance);
            }
            Code::CallRegister => {
                let distance = jump_register!(x[o.rs1 as usize].wrapping_add(o.imm));
                x[o.rd as usize] = pc_of(i + 1);
                go!(distance);
            }
            Code::Beq => branch!(o, Op::Beq),
            Code::Bne => branch!(o, Op::Bne),
            Code::Blt => branch!(o, Op::Blt),
            Code::Bge => branch!(o, Op::Bge),
            Code::Bltu => branch!(o, Op::Bltu),
            Code::Bgeu => branch!(o, Op::Bgeu),
            Code::Lb => load!(o, Op::Lb, u8),
            Code::Lh => load!(o, Op::Lh, u16),
            Code::Lw => load!(o, Op::Lw, u32),
            Code::Lbu => load!(o, Op::Lbu, u8),
            Code::Lhu => load!(o, Op::Lhu, u16),
            Code::Sb => store!(o, u8),
            Code::Sh => store!(o, u16),
            Code::Sw => store!(o, u32),
            Code::Addi => immediate!(o, Op::Addi),
            Code::Slti => immediate!(o, Op::Slti),
            Code::Sltiu => immediate!(o, Op::Sltiu),
            Code::Xori => immediate!(o, Op::Xori),
            Code::Ori => immediate!(o, Op::Ori),
            Code::Andi => immediate!(o, Op::Andi),
            Code::Slli => immediate!(o, Op::Slli),
            Code::Srli => immediate!(o, Op::Srli),
            Code::Srai => immediate!(o, Op::Srai),
            Code::Add => register!(o, Op::Add),
            Code::Sub => register!(o, Op::Sub),
            Code::Sll => register!(o, Op::Sll),
            Code::Slt => register!(o, Op::Slt),
            Code::Sltu => register!(o, Op::Sltu),
            Code::Xor => register!(o, Op::Xor),
            Code::Srl => register!(o, Op::Srl),
            Code::Sra => register!(o, Op::Sra),
            Code::Or => register!(o, Op::Or),
            Code::And => register!(o, Op::And),
            Code::Mul => register!(o, Op::Mul),
            Code::Mulh => register!(o, Op::Mulh),
            Code::Mulhsu => register!(o, Op::Mulhsu),
            Code::Mulhu => register!(o, Op::Mulhu),
            Code::Div => register!(o, Op::Div),
            Code::Divu => register!(o, Op::Divu),
            Code::Rem => register!(o, Op::Rem),
            Code::Remu => register!(o, Op::Remu),
            Code::Amoswap => atomic!(o, Op::AmoswapW),
            Code::Amoadd => atomic!(o, Op::AmoaddW),
            Code::Amoxor => atomic!(o, Op::AmoxorW),
            Code::Amoand => atomic!(o, Op::AmoandW),
            Code::Amoor => atomic!(o, Op::AmoorW),
            Code::Amomin => atomic!(o, Op::AmominW),
            Code::Amomax => atomic!(o, Op::AmomaxW),
            Code::Amominu => atomic!(o, Op::AmominuW),
            Code::Amomaxu => atomic!(o, Op::AmomaxuW),
        }
    };
    r.pc = pc_of(i);
    *left -= (started - end.wrapping_sub(i)) as u64;
    // A budget beyond `LONGEST` is used up in several turns: fetching again is harmless.
    if exit == Exit::Budget && *left > 0 {
        Exit::Fetch
    } else {
        exit
    }
}

/// The frame of an aligned access that hits; a misaligned one never does, because its low bits are
/// compared too.
#[inline(always)]
fn hit(entry: Entry, address: u32, size: usize, frames: &mut [Bytes]) -> Option<&mut Bytes> {
    if entry.tag != address & (0xffff_f000 | (size as u32 - 1)) {
        return None;
    }
    frames.get_mut(entry.frame as usize)
}

/// The offset of an aligned access, of which the compiler knows that it lies in the page.
#[inline(always)]
fn offset(address: u32, size: usize) -> usize {
    address as usize & (4096 - size)
}
