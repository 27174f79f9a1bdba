//! The fast path: a loop over decoded operations that touches nothing but registers and bytes.
//!
//! Everything that needs thought leaves the loop *before* the instruction has done anything
//! ([`Exit::Slow`]) and is executed by `execute.rs`.
//!
//! Counting costs nothing on straight lines: `end` is the index at which the budget would be used up
//! if no further jump were taken, and the loop runs over the operations below it. A taken jump of
//! `d` instructions moves `end` by `d - 1`. So always `left == end - i`.

use crate::arithmetic::{compute, extend, modify, taken};
use crate::journal::{Change, Entry as Logged};
use crate::memory::{Bytes, FrameId, Memory};
use crate::operation::{Code, codes};
use crate::registers::Registers;
use crate::space::{Entry, SpaceId};
use crate::store::word_of;
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

/// So that `end` cannot overflow, on a 32-bit host either.
const LONGEST: u64 = 1 << 30;

/// Executes instructions until one needs thought; `left` is counted down. `ONE`: one at most, and
/// `left` is not touched: for cores in lockstep, to which coming here and going back is what counts.
/// `LOG`: a journal is kept.
#[inline(never)]
pub(crate) fn fast<W: Watch, const ONE: bool, const LOG: bool>(
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
        journal,
        ..
    } = m;
    debug_assert_eq!(
        journal.on, LOG,
        "every store is in the journal, if there is one"
    );
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
    if !r.pc.is_multiple_of(4) {
        return Exit::Fetch;
    }
    let x = &mut r.x;
    let mut i = (r.pc.wrapping_sub(base) / 4) as usize;
    let started = if ONE {
        1
    } else {
        (*left).min(LONGEST) as usize
    };
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
    // The distance to where a JALR goes, in instructions; wraps if that is before this text.
    macro_rules! target {
        ($o:expr) => {{
            let target = x[$o.rs1 as usize].wrapping_add($o.imm) & !1;
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
    // What the word was before a store at `$at`.
    macro_rules! logged {
        ($entry:expr, $bytes:expr, $at:expr) => {
            if LOG {
                let (frame, word) = (FrameId($entry.frame), $at / 4);
                let old = word_of($bytes, word);
                let word = word as u16;
                journal.log(|| Logged::Word(Change { frame, word, old }));
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
            logged!(entry, bytes, at);
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
            logged!(entry, bytes, at);
            bytes[at..at + 4].copy_from_slice(&new.to_le_bytes());
            if $o.rd as usize != 0 {
                x[$o.rd as usize] = old;
            }
            i += 1;
        }};
    }

    // What each code does; the last thing is to move `i`.
    #[rustfmt::skip]
    macro_rules! one {
        (Slow, $o:ident) => { break Exit::Slow };
        (Nop, $o:ident) => { i += 1 };
        (Constant, $o:ident) => {{ x[$o.rd as usize] = $o.imm; i += 1; }};
        (Jump, $o:ident) => { go!($o.imm as i32 as isize as usize) };
        (Call, $o:ident) => {{ x[$o.rd as usize] = pc_of(i + 1); go!($o.imm as i32 as isize as usize); }};
        (JumpRegister, $o:ident) => {{ let distance = target!($o); go!(distance); }};
        (CallRegister, $o:ident) => {{ let distance = target!($o); x[$o.rd as usize] = pc_of(i + 1); go!(distance); }};
        (Beq, $o:ident) => { branch!($o, Op::Beq) };
        (Bne, $o:ident) => { branch!($o, Op::Bne) };
        (Blt, $o:ident) => { branch!($o, Op::Blt) };
        (Bge, $o:ident) => { branch!($o, Op::Bge) };
        (Bltu, $o:ident) => { branch!($o, Op::Bltu) };
        (Bgeu, $o:ident) => { branch!($o, Op::Bgeu) };
        (Lb, $o:ident) => { load!($o, Op::Lb, u8) };
        (Lh, $o:ident) => { load!($o, Op::Lh, u16) };
        (Lw, $o:ident) => { load!($o, Op::Lw, u32) };
        (Lbu, $o:ident) => { load!($o, Op::Lbu, u8) };
        (Lhu, $o:ident) => { load!($o, Op::Lhu, u16) };
        (Sb, $o:ident) => { store!($o, u8) };
        (Sh, $o:ident) => { store!($o, u16) };
        (Sw, $o:ident) => { store!($o, u32) };
        (Addi, $o:ident) => { immediate!($o, Op::Addi) };
        (Slti, $o:ident) => { immediate!($o, Op::Slti) };
        (Sltiu, $o:ident) => { immediate!($o, Op::Sltiu) };
        (Xori, $o:ident) => { immediate!($o, Op::Xori) };
        (Ori, $o:ident) => { immediate!($o, Op::Ori) };
        (Andi, $o:ident) => { immediate!($o, Op::Andi) };
        (Slli, $o:ident) => { immediate!($o, Op::Slli) };
        (Srli, $o:ident) => { immediate!($o, Op::Srli) };
        (Srai, $o:ident) => { immediate!($o, Op::Srai) };
        (Add, $o:ident) => { register!($o, Op::Add) };
        (Sub, $o:ident) => { register!($o, Op::Sub) };
        (Sll, $o:ident) => { register!($o, Op::Sll) };
        (Slt, $o:ident) => { register!($o, Op::Slt) };
        (Sltu, $o:ident) => { register!($o, Op::Sltu) };
        (Xor, $o:ident) => { register!($o, Op::Xor) };
        (Srl, $o:ident) => { register!($o, Op::Srl) };
        (Sra, $o:ident) => { register!($o, Op::Sra) };
        (Or, $o:ident) => { register!($o, Op::Or) };
        (And, $o:ident) => { register!($o, Op::And) };
        (Mul, $o:ident) => { register!($o, Op::Mul) };
        (Mulh, $o:ident) => { register!($o, Op::Mulh) };
        (Mulhsu, $o:ident) => { register!($o, Op::Mulhsu) };
        (Mulhu, $o:ident) => { register!($o, Op::Mulhu) };
        (Div, $o:ident) => { register!($o, Op::Div) };
        (Divu, $o:ident) => { register!($o, Op::Divu) };
        (Rem, $o:ident) => { register!($o, Op::Rem) };
        (Remu, $o:ident) => { register!($o, Op::Remu) };
        (Amoswap, $o:ident) => { atomic!($o, Op::AmoswapW) };
        (Amoadd, $o:ident) => { atomic!($o, Op::AmoaddW) };
        (Amoxor, $o:ident) => { atomic!($o, Op::AmoxorW) };
        (Amoand, $o:ident) => { atomic!($o, Op::AmoandW) };
        (Amoor, $o:ident) => { atomic!($o, Op::AmoorW) };
        (Amomin, $o:ident) => { atomic!($o, Op::AmominW) };
        (Amomax, $o:ident) => { atomic!($o, Op::AmomaxW) };
        (Amominu, $o:ident) => { atomic!($o, Op::AmominuW) };
        (Amomaxu, $o:ident) => { atomic!($o, Op::AmomaxuW) };
    }
    macro_rules! dispatch {
        ($($single:ident)* ; $($pair:ident = $first:ident $second:ident;)*) => {
            loop {
                let Some(o) = window.get(i) else {
                    break if i == end { Exit::Budget } else { Exit::Fetch };
                };
                match o.code {
                    $(Code::$single => one!($single, o),)*
                    $(Code::$pair => {
                        one!($first, o);
                        if ONE {
                            break Exit::Budget;
                        }
                        let Some(o) = window.get(i) else {
                            continue;
                        };
                        one!($second, o);
                    })*
                }
                if ONE {
                    break Exit::Budget;
                }
            }
        };
    }
    let exit = codes!(dispatch);
    r.pc = pc_of(i);
    if ONE {
        return exit;
    }
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
