//! Executing instructions: the entry points, and the road for one instruction at a time.
//!
//! [`run`] takes the fast path (`fast.rs`) as far as it leads. Whatever it does not do — system
//! calls, LR/SC, faults, page misses, the first access to a page, stores that need thought — is done
//! here, from the instruction's word, exactly. Alone, this road is a complete interpreter, and the
//! tests run every program on both.
//!
//! An instruction happens whole or not at all: on any [`Stop`] but [`Stop::Budget`], `pc` is at the
//! instruction that stopped, and nothing of it has happened.

use crate::arithmetic::{compute, extend, modify, taken, width};
use crate::fast::{Exit, fast};
use crate::memory::{FrameId, Memory};
use crate::registers::Registers;
use crate::reservation::Reservation;
use crate::space::{Sharing, SpaceId};
use crate::store::word_of;
use crate::translation::{AccessKind, Miss, Place};
use crate::watch::{Access, Kind, Watch};
use sim_abi::encoding::decode;
use sim_abi::{Instruction, Op, Reg};

/// Why execution stopped.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stop {
    /// The budget is used up.
    Budget,
    /// At an `ecall`. It is not counted; whoever serves it advances `pc`.
    Ecall,
    /// At an `ebreak`, likewise.
    Ebreak,
    /// [`Watch::before`] said no.
    Held,
    /// The instruction cannot be executed.
    Fault(Fault),
    /// A page fault: map, copy or kill, and try again.
    Miss(Miss),
}

/// What is wrong with an instruction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fault {
    /// Not an instruction of RV32IMA.
    IllegalInstruction {
        /// Its word.
        word: u32,
    },
    /// A jump or taken branch to an address that is not a multiple of 4; `pc` is at the jump.
    MisalignedFetch {
        /// Where it would go.
        target: u32,
    },
    /// An LR, SC or AMO at an address that is not a multiple of 4.
    MisalignedAtomic {
        /// The address.
        address: u32,
    },
}

/// Executes at most `budget` instructions; how many it was, and why no more.
pub fn run<W: Watch>(
    r: &mut Registers,
    m: &mut Memory,
    s: SpaceId,
    budget: u64,
    w: &mut W,
) -> (u64, Stop) {
    if budget == 1 && !W::INSTRUCTIONS && !m.journal.on {
        match fast::<W, true, false>(r, m, s, &mut 1, w) {
            Exit::Budget => return (1, Stop::Budget),
            Exit::Held => return (0, Stop::Held),
            Exit::Fetch | Exit::Slow => {}
        }
    }
    run_on(r, m, s, budget, w)
}

/// The general case of [`run`], apart, so that one instruction does not pay for it.
#[inline(never)]
fn run_on<W: Watch>(
    r: &mut Registers,
    m: &mut Memory,
    s: SpaceId,
    budget: u64,
    w: &mut W,
) -> (u64, Stop) {
    let mut left = budget;
    while left > 0 {
        let exit = if W::INSTRUCTIONS {
            Exit::Slow
        } else if m.journal.on {
            fast::<W, false, true>(r, m, s, &mut left, w)
        } else {
            fast::<W, false, false>(r, m, s, &mut left, w)
        };
        let stop = match exit {
            Exit::Budget => break,
            Exit::Held => Some(Stop::Held),
            Exit::Fetch => fetch(r, m, s).err(),
            Exit::Slow => step(r, m, s, w).err(),
        };
        if let Some(stop) = stop {
            return (budget - left, stop);
        }
        if exit == Exit::Slow {
            left -= 1;
        }
    }
    (budget - left, Stop::Budget)
}

fn fetch(r: &Registers, m: &mut Memory, s: SpaceId) -> Result<(), Stop> {
    if !r.pc.is_multiple_of(4) {
        return Err(Stop::Fault(Fault::MisalignedFetch { target: r.pc }));
    }
    m.fetch(s, r.pc).map_err(Stop::Miss)
}

/// Executes one instruction, from its word.
///
/// # Errors
/// Why it was not executed; never [`Stop::Budget`].
pub fn step<W: Watch>(
    r: &mut Registers,
    m: &mut Memory,
    s: SpaceId,
    w: &mut W,
) -> Result<(), Stop> {
    if !r.pc.is_multiple_of(4) {
        return Err(Stop::Fault(Fault::MisalignedFetch { target: r.pc }));
    }
    let page = m
        .translate(s, r.pc, AccessKind::Execute)
        .map_err(Stop::Miss)?;
    let word = word_of(m.frame_bytes(page.frame), (r.pc as usize & 0xfff) / 4);
    let instruction = decode(word).ok_or(Stop::Fault(Fault::IllegalInstruction { word }))?;
    Step {
        r,
        m,
        s,
        w,
        instruction,
    }
    .execute()
}

/// One instruction on its way.
struct Step<'a, W> {
    r: &'a mut Registers,
    m: &'a mut Memory,
    s: SpaceId,
    w: &'a mut W,
    instruction: Instruction,
}

impl<W: Watch> Step<'_, W> {
    fn execute(mut self) -> Result<(), Stop> {
        let Instruction {
            op, rs1, rs2, imm, ..
        } = self.instruction;
        let (a, b) = (self.get(rs1), self.get(rs2));
        let imm = imm as u32;
        let next = self.r.pc.wrapping_add(4);
        let here = self.r.pc.wrapping_add(imm);
        match op {
            Op::Lui => self.finish(imm),
            Op::Auipc => self.finish(here),
            Op::Jal => self.jump(here, next),
            Op::Jalr => self.jump(a.wrapping_add(imm) & !1, next),
            Op::Beq | Op::Bne | Op::Blt | Op::Bge | Op::Bltu | Op::Bgeu => {
                let target = if taken(op, a, b) { here } else { next };
                self.jump(target, 0)
            }
            Op::Lb | Op::Lh | Op::Lw | Op::Lbu | Op::Lhu => self.load(a.wrapping_add(imm)),
            Op::Sb | Op::Sh | Op::Sw => self.store(a.wrapping_add(imm), b),
            Op::Addi
            | Op::Slti
            | Op::Sltiu
            | Op::Xori
            | Op::Ori
            | Op::Andi
            | Op::Slli
            | Op::Srli
            | Op::Srai => self.finish(compute(op, a, imm)),
            Op::Add
            | Op::Sub
            | Op::Sll
            | Op::Slt
            | Op::Sltu
            | Op::Xor
            | Op::Srl
            | Op::Sra
            | Op::Or
            | Op::And
            | Op::Mul
            | Op::Mulh
            | Op::Mulhsu
            | Op::Mulhu
            | Op::Div
            | Op::Divu
            | Op::Rem
            | Op::Remu => self.finish(compute(op, a, b)),
            Op::Fence => self.finish(0), // Memory is sequentially consistent; rd is x0.
            Op::Ecall => {
                self.announce();
                Err(Stop::Ecall)
            }
            Op::Ebreak => {
                self.announce();
                Err(Stop::Ebreak)
            }
            Op::LrW => self.load_reserved(a),
            Op::ScW => self.store_conditional(a, b),
            Op::AmoswapW
            | Op::AmoaddW
            | Op::AmoxorW
            | Op::AmoandW
            | Op::AmoorW
            | Op::AmominW
            | Op::AmomaxW
            | Op::AmominuW
            | Op::AmomaxuW => self.read_modify_write(a, b),
        }
    }

    fn get(&self, reg: Reg) -> u32 {
        self.r.x[usize::from(reg.0 & 31)]
    }

    fn announce(&mut self) {
        if W::INSTRUCTIONS {
            self.w.instruction(self.r.pc, self.instruction, self.r);
        }
    }

    /// The instruction happens now: it writes `rd` and goes on to `target`.
    fn retire(&mut self, value: u32, target: u32) {
        let rd = self.instruction.rd;
        if rd != Reg::ZERO {
            self.r.x[usize::from(rd.0 & 31)] = value;
        }
        self.r.pc = target;
    }

    fn finish(&mut self, value: u32) -> Result<(), Stop> {
        self.announce();
        self.retire(value, self.r.pc.wrapping_add(4));
        Ok(())
    }

    /// Branches have no `rd`, so for them `link` does not matter.
    fn jump(&mut self, target: u32, link: u32) -> Result<(), Stop> {
        if !target.is_multiple_of(4) {
            return Err(Stop::Fault(Fault::MisalignedFetch { target }));
        }
        self.announce();
        self.retire(link, target);
        Ok(())
    }

    /// Asks and tells the watcher; after this the instruction cannot fail.
    fn admit(&mut self, access: &Access) -> Result<(), Stop> {
        if W::ACCESSES && !self.w.before(access) {
            return Err(Stop::Held);
        }
        self.announce();
        Ok(())
    }

    fn done(&mut self, access: &Access) {
        if W::ACCESSES {
            self.w.access(access);
        }
    }

    fn locate(&self, address: u32, access: AccessKind) -> Result<Place, Stop> {
        let size = width(self.instruction.op);
        self.m
            .locate(self.s, address, size, access)
            .map_err(Stop::Miss)
    }

    fn access(&self, address: u32, kind: Kind, value: u32, shared: Option<FrameId>) -> Access {
        Access {
            pc: self.r.pc,
            address,
            size: width(self.instruction.op) as u8,
            kind,
            value,
            shared,
        }
    }

    fn load(&mut self, address: u32) -> Result<(), Stop> {
        let op = self.instruction.op;
        let place = self.locate(address, AccessKind::Load)?;
        let bytes = self.m.peek(place, width(op));
        let access = self.access(address, Kind::Load, bytes, shared(place));
        self.admit(&access)?;
        self.m.cache_read(self.s, address);
        self.retire(extend(op, bytes), self.r.pc.wrapping_add(4));
        self.done(&access);
        Ok(())
    }

    fn store(&mut self, address: u32, value: u32) -> Result<(), Stop> {
        let size = width(self.instruction.op);
        let place = self.locate(address, AccessKind::Store)?;
        let value = value & u32::MAX >> (32 - 8 * size);
        let access = self.access(address, Kind::Store, value, shared(place));
        self.admit(&access)?;
        self.m.put(place, size, value);
        self.m.cache_write(self.s, address);
        self.retire(0, self.r.pc.wrapping_add(4));
        self.done(&access);
        Ok(())
    }

    fn aligned(address: u32) -> Result<(), Stop> {
        if !address.is_multiple_of(4) {
            return Err(Stop::Fault(Fault::MisalignedAtomic { address }));
        }
        Ok(())
    }

    fn load_reserved(&mut self, address: u32) -> Result<(), Stop> {
        Self::aligned(address)?;
        let place = self.locate(address, AccessKind::Load)?;
        let value = self.m.peek(place, 4);
        let access = self.access(address, Kind::LoadReserved, value, shared(place));
        self.admit(&access)?;
        let reservation = self.reservation_of(place);
        self.m.set_reservation(self.r.hart, Some(reservation));
        self.retire(value, self.r.pc.wrapping_add(4));
        self.done(&access);
        Ok(())
    }

    fn reservation_of(&self, place: Place) -> Reservation {
        Reservation {
            hart: self.r.hart,
            space: self.s,
            frame: place.page.frame,
            word: (place.offset / 4) as u16,
        }
    }

    /// An SC that fails does not touch memory, so it does not miss either.
    fn store_conditional(&mut self, address: u32, value: u32) -> Result<(), Stop> {
        Self::aligned(address)?;
        let held = self.m.reservation(self.r.hart);
        let mapped = self.m.page(self.s, address >> 12);
        let page = mapped.filter(|p| {
            held.is_some_and(|h| h.frame == p.frame && u32::from(h.word) == (address & 0xfff) / 4)
        });
        let success = page.is_some();
        if success {
            self.locate(address, AccessKind::Store)?;
        }
        let frame = mapped
            .filter(|p| p.sharing == Sharing::Shared)
            .map(|p| p.frame);
        let kind = Kind::StoreConditional { success };
        let access = self.access(address, kind, value, frame);
        self.admit(&access)?;
        if let Some(page) = page {
            self.m
                .poke(page.frame, address & 0xfff, &value.to_le_bytes());
        }
        self.m.set_reservation(self.r.hart, None);
        self.retire(u32::from(!success), self.r.pc.wrapping_add(4));
        self.done(&access);
        Ok(())
    }

    /// Needs both permissions; a miss is a store's.
    fn read_modify_write(&mut self, address: u32, b: u32) -> Result<(), Stop> {
        Self::aligned(address)?;
        self.locate(address, AccessKind::Load)?;
        let place = self.locate(address, AccessKind::Store)?;
        let old = self.m.peek(place, 4);
        let new = modify(self.instruction.op, old, b);
        let access = self.access(address, Kind::AtomicRmw, new, shared(place));
        self.admit(&access)?;
        self.m.put(place, 4, new);
        self.m.cache_write(self.s, address);
        self.retire(old, self.r.pc.wrapping_add(4));
        self.done(&access);
        Ok(())
    }
}

fn shared(place: Place) -> Option<FrameId> {
    (place.page.sharing == Sharing::Shared).then_some(place.page.frame)
}
