//! Decoded text: instructions as the fast path wants them, made once for each run of executable pages.
//!
//! A text covers consecutive executable pages of one address space, within an aligned window of
//! 4 MiB. Address spaces that map the same frames at the same place use the same text: processes of
//! one program, and a fork. A store into a frame that is part of a text decodes the changed words
//! again; a change of executable pages drops the texts of that address space.
//!
//! An operation has 8 bytes. What the fast path need not know is [`Code::Slow`]: the one-instruction
//! road (`execute.rs`) looks at the real bytes then. Instructions that would write x0 are turned into
//! others that write nothing, so the fast path never asks.

use crate::memory::{FrameId, Memory};
use crate::space::SpaceId;
use crate::store::word_of;
use crate::translation::{AccessKind, Miss};
use alloc::sync::Arc;
use alloc::vec::Vec;
use sim_abi::encoding::decode;
use sim_abi::{Op, Reg};

/// Pages of a window.
const WINDOW: u32 = 1024;

/// A register number that the compiler knows to be below 32: no check when it indexes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[rustfmt::skip]
pub(crate) enum R {
    X0, X1, X2, X3, X4, X5, X6, X7, X8, X9, X10, X11, X12, X13, X14, X15,
    X16, X17, X18, X19, X20, X21, X22, X23, X24, X25, X26, X27, X28, X29, X30, X31,
}

impl From<Reg> for R {
    #[rustfmt::skip]
    fn from(r: Reg) -> R {
        use R::*;
        const ALL: [R; 32] = [
            X0, X1, X2, X3, X4, X5, X6, X7, X8, X9, X10, X11, X12, X13, X14, X15,
            X16, X17, X18, X19, X20, X21, X22, X23, X24, X25, X26, X27, X28, X29, X30, X31,
        ];
        ALL[usize::from(r.0 & 31)]
    }
}

/// What the fast path does for an instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[rustfmt::skip]
pub(crate) enum Code {
    /// Nothing can be said in advance.
    Slow,
    /// Computes nothing: fences, arithmetic into x0.
    Nop,
    /// LUI and AUIPC: a constant.
    Constant,
    /// JAL without and with a link, JALR likewise; immediates of JAL in instructions.
    Jump, Call, JumpRegister, CallRegister,
    // The others as their names say; immediates of branches in instructions.
    Beq, Bne, Blt, Bge, Bltu, Bgeu,
    Lb, Lh, Lw, Lbu, Lhu, Sb, Sh, Sw,
    Addi, Slti, Sltiu, Xori, Ori, Andi, Slli, Srli, Srai,
    Add, Sub, Sll, Slt, Sltu, Xor, Srl, Sra, Or, And,
    Mul, Mulh, Mulhsu, Mulhu, Div, Divu, Rem, Remu,
    Amoswap, Amoadd, Amoxor, Amoand, Amoor, Amomin, Amomax, Amominu, Amomaxu,
}

/// A decoded instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub(crate) struct Operation {
    pub code: Code,
    pub rd: R,
    pub rs1: R,
    pub rs2: R,
    pub imm: u32,
}

const SLOW: Operation = Operation {
    code: Code::Slow,
    rd: R::X0,
    rs1: R::X0,
    rs2: R::X0,
    imm: 0,
};

/// The operation for the instruction `word` at `pc`.
fn predecode(word: u32, pc: u32) -> Operation {
    let Some(i) = decode(word) else {
        return SLOW;
    };
    let operation = |code| Operation {
        code,
        rd: i.rd.into(),
        rs1: i.rs1.into(),
        rs2: i.rs2.into(),
        imm: i.imm as u32,
    };
    let unlinked = i.rd == Reg::ZERO;
    match i.op {
        Op::Fence => operation(Code::Nop),
        Op::Jalr if unlinked => operation(Code::JumpRegister),
        Op::Jalr => operation(Code::CallRegister),
        Op::Jal | Op::Beq | Op::Bne | Op::Blt | Op::Bge | Op::Bltu | Op::Bgeu => {
            if i.imm % 4 != 0 {
                return SLOW; // Faults, if taken.
            }
            Operation {
                imm: (i.imm / 4) as u32,
                ..operation(match i.op {
                    Op::Jal if unlinked => Code::Jump,
                    Op::Jal => Code::Call,
                    op => same_name(op),
                })
            }
        }
        // A load into x0 still needs its page.
        Op::Lb | Op::Lh | Op::Lw | Op::Lbu | Op::Lhu if unlinked => SLOW,
        Op::Sb | Op::Sh | Op::Sw => operation(same_name(i.op)),
        Op::AmoswapW
        | Op::AmoaddW
        | Op::AmoxorW
        | Op::AmoandW
        | Op::AmoorW
        | Op::AmominW
        | Op::AmomaxW
        | Op::AmominuW
        | Op::AmomaxuW => operation(same_name(i.op)),
        Op::Ecall | Op::Ebreak | Op::LrW | Op::ScW => SLOW,
        _ if unlinked => operation(Code::Nop),
        Op::Lui => operation(Code::Constant),
        Op::Auipc => Operation {
            imm: pc.wrapping_add(i.imm as u32),
            ..operation(Code::Constant)
        },
        op => operation(same_name(op)),
    }
}

#[rustfmt::skip]
fn same_name(op: Op) -> Code {
    match op {
        Op::Beq => Code::Beq, Op::Bne => Code::Bne, Op::Blt => Code::Blt, Op::Bge => Code::Bge,
        Op::Bltu => Code::Bltu, Op::Bgeu => Code::Bgeu,
        Op::Lb => Code::Lb, Op::Lh => Code::Lh, Op::Lw => Code::Lw, Op::Lbu => Code::Lbu, Op::Lhu => Code::Lhu,
        Op::Sb => Code::Sb, Op::Sh => Code::Sh, Op::Sw => Code::Sw,
        Op::Addi => Code::Addi, Op::Slti => Code::Slti, Op::Sltiu => Code::Sltiu, Op::Xori => Code::Xori,
        Op::Ori => Code::Ori, Op::Andi => Code::Andi, Op::Slli => Code::Slli, Op::Srli => Code::Srli,
        Op::Srai => Code::Srai,
        Op::Add => Code::Add, Op::Sub => Code::Sub, Op::Sll => Code::Sll, Op::Slt => Code::Slt,
        Op::Sltu => Code::Sltu, Op::Xor => Code::Xor, Op::Srl => Code::Srl, Op::Sra => Code::Sra,
        Op::Or => Code::Or, Op::And => Code::And,
        Op::Mul => Code::Mul, Op::Mulh => Code::Mulh, Op::Mulhsu => Code::Mulhsu, Op::Mulhu => Code::Mulhu,
        Op::Div => Code::Div, Op::Divu => Code::Divu, Op::Rem => Code::Rem, Op::Remu => Code::Remu,
        Op::AmoswapW => Code::Amoswap, Op::AmoaddW => Code::Amoadd, Op::AmoxorW => Code::Amoxor,
        Op::AmoandW => Code::Amoand, Op::AmoorW => Code::Amoor, Op::AmominW => Code::Amomin,
        Op::AmomaxW => Code::Amomax, Op::AmominuW => Code::Amominu, Op::AmomaxuW => Code::Amomaxu,
        // These have no code of their own name.
        Op::Lui | Op::Auipc | Op::Jal | Op::Jalr | Op::Fence | Op::Ecall | Op::Ebreak | Op::LrW | Op::ScW => Code::Slow,
    }
}

/// Consecutive pages of decoded instructions.
#[derive(Clone)]
pub(crate) struct Text {
    /// The address of the first.
    pub base: u32,
    /// Instructions, 1024 a page. Shared between clones of the memory.
    pub operations: Arc<[Operation]>,
    /// The frame of each page.
    frames: Vec<FrameId>,
    /// How many address spaces use it; 0: the slot is free.
    users: u32,
}

impl Text {
    fn contains(&self, pc: u32) -> bool {
        (pc.wrapping_sub(self.base) / 4) < self.operations.len() as u32
    }
}

/// All texts. Slot 0 is an empty one, for address spaces that have none yet.
#[derive(Clone)]
pub(crate) struct Texts {
    slots: Vec<Text>,
}

impl Texts {
    pub fn new() -> Texts {
        Texts {
            slots: Vec::from([Text {
                base: 0,
                operations: Arc::new([]),
                frames: Vec::new(),
                users: 1,
            }]),
        }
    }

    /// A text by its slot.
    #[inline(always)]
    pub fn get(&self, slot: u32) -> Option<&Text> {
        self.slots.get(slot as usize)
    }

    fn insert(&mut self, text: Text) -> u32 {
        match self.slots.iter().position(|t| t.users == 0) {
            Some(free) => {
                self.slots[free] = text;
                free as u32
            }
            None => {
                self.slots.push(text);
                self.slots.len() as u32 - 1
            }
        }
    }
}

impl Memory {
    /// Decodes the text around `pc` ahead of time. Not needed: [`crate::run`] does it where it comes.
    pub fn load_code(&mut self, s: SpaceId, pc: u32) {
        // A miss here will come again when the code is executed, and be told to the kernel then.
        let _ = self.fetch(s, pc);
    }

    /// Makes the text that contains `pc` the current one of the space.
    pub(crate) fn fetch(&mut self, s: SpaceId, pc: u32) -> Result<(), Miss> {
        self.translate(s, pc, AccessKind::Execute)?;
        let known = &self.spaces[s.0 as usize].texts;
        let contains = |slot: &&u32| self.texts.get(**slot).is_some_and(|t| t.contains(pc));
        let slot = match known.iter().find(contains) {
            Some(slot) => *slot,
            None => self.decode_around(s, pc),
        };
        self.spaces[s.0 as usize].text = slot;
        Ok(())
    }

    fn decode_around(&mut self, s: SpaceId, pc: u32) -> u32 {
        let (first, frames) = self.executable_run(s, pc >> 12);
        let base = first << 12;
        let same = |t: &Text| t.users > 0 && t.base == base && t.frames == frames;
        let slot = match self.texts.slots.iter().position(same) {
            Some(slot) => slot as u32,
            None => self.decode_frames(base, frames),
        };
        self.texts.slots[slot as usize].users += 1;
        self.spaces[s.0 as usize].texts.push(slot);
        slot
    }

    /// The executable pages around one, within its window: the first page's number, the frames.
    fn executable_run(&self, s: SpaceId, page: u32) -> (u32, Vec<FrameId>) {
        let frame = |page| Some(self.page(s, page).filter(|p| p.permissions.execute)?.frame);
        let window = page / WINDOW * WINDOW;
        let first = (window..page)
            .rev()
            .take_while(|p| frame(*p).is_some())
            .last()
            .unwrap_or(page);
        let frames = (first..window + WINDOW).map_while(frame).collect();
        (first, frames)
    }

    fn decode_frames(&mut self, base: u32, frames: Vec<FrameId>) -> u32 {
        let mut operations = Vec::with_capacity(frames.len() * 1024);
        let mut pc = base;
        for frame in &frames {
            let bytes = self.frame_bytes(*frame);
            for word in 0..1024 {
                operations.push(predecode(word_of(bytes, word), pc));
                pc = pc.wrapping_add(4);
            }
        }
        for frame in &frames {
            self.meta[frame.0 as usize].texts += 1;
            self.drop_write_entries(*frame);
        }
        self.texts.insert(Text {
            base,
            operations: operations.into(),
            frames,
            users: 0,
        })
    }

    /// Words of a frame have changed: decodes them again wherever they are text.
    pub(crate) fn patch_texts(&mut self, frame: FrameId, first: u16, last: u16) {
        let Memory { texts, frames, .. } = self;
        let bytes = &frames[frame.0 as usize];
        for text in &mut texts.slots {
            for (page, _) in text.frames.iter().enumerate().filter(|(_, f)| **f == frame) {
                let operations = Arc::make_mut(&mut text.operations);
                for word in usize::from(first)..=usize::from(last) {
                    let i = page * 1024 + word;
                    let pc = text.base.wrapping_add(i as u32 * 4);
                    operations[i] = predecode(word_of(bytes, word), pc);
                }
            }
        }
    }

    /// Forgets the decoded texts of an address space.
    pub(crate) fn drop_texts(&mut self, s: SpaceId) {
        let Some(space) = self.spaces.get_mut(s.0 as usize) else {
            return;
        };
        space.text = 0;
        for slot in core::mem::take(&mut space.texts) {
            let text = &mut self.texts.slots[slot as usize];
            text.users -= 1;
            if text.users == 0 {
                text.operations = Arc::new([]);
                for frame in core::mem::take(&mut text.frames) {
                    self.meta[frame.0 as usize].texts -= 1;
                }
            }
        }
    }

    /// A fork has the texts of its parent.
    pub(crate) fn adopt_texts(&mut self, parent: SpaceId, child: SpaceId) {
        let Some(parent) = self.spaces.get(parent.0 as usize) else {
            return;
        };
        let (text, texts) = (parent.text, parent.texts.clone());
        for slot in &texts {
            self.texts.slots[*slot as usize].users += 1;
        }
        let child = &mut self.spaces[child.0 as usize];
        child.text = text;
        child.texts = texts;
    }
}
