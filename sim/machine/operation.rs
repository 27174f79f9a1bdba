//! Operations: instructions as the fast path wants them.
//!
//! An operation has 8 bytes. What the fast path need not know is [`Code::Slow`]: the one-instruction
//! road (`execute.rs`) looks at the real bytes then. Instructions that would write x0 are turned into
//! others that write nothing, so the fast path never asks.
//!
//! Frequent pairs have a code of their own, on the first of the two: it does the first and goes on
//! with the second without looking at its code, which saves half of the indirect jumps. The second
//! keeps its own code, for jumps to it; whatever stops between the two is noticed there as anywhere.

use sim_abi::encoding::decode;
use sim_abi::{Op, Reg};

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

/// Calls a macro with all codes of one instruction, then those of two: `name = first second;`.
///
/// `Slow`: nothing can be said in advance. `Nop`: fences, arithmetic into x0. `Constant`: LUI and
/// AUIPC. `Jump` and `Call` are JAL without and with a link, `JumpRegister` and `CallRegister` JALR;
/// the immediates of JAL and branches count instructions. The others are what their names say.
#[rustfmt::skip]
macro_rules! codes {
    ($callback:ident) => { $callback! {
        Slow Nop Constant Jump Call JumpRegister CallRegister
        Beq Bne Blt Bge Bltu Bgeu
        Lb Lh Lw Lbu Lhu Sb Sh Sw
        Addi Slti Sltiu Xori Ori Andi Slli Srli Srai
        Add Sub Sll Slt Sltu Xor Srl Sra Or And
        Mul Mulh Mulhsu Mulhu Div Divu Rem Remu
        Amoswap Amoadd Amoxor Amoand Amoor Amomin Amomax Amominu Amomaxu
        ;
        AddiAddi = Addi Addi;
        AddiLw = Addi Lw;
        AddiSw = Addi Sw;
        AddiLbu = Addi Lbu;
        AddiSb = Addi Sb;
        AddiAdd = Addi Add;
        AddiSub = Addi Sub;
        AddiSlli = Addi Slli;
        AddiConstant = Addi Constant;
        AddiBeq = Addi Beq;
        AddiBne = Addi Bne;
        AddiBlt = Addi Blt;
        AddiBge = Addi Bge;
        AddiBltu = Addi Bltu;
        AddiBgeu = Addi Bgeu;
        AddiJump = Addi Jump;
        AddiCall = Addi Call;
        AddiJumpRegister = Addi JumpRegister;
        LwLw = Lw Lw;
        LwAddi = Lw Addi;
        LwAdd = Lw Add;
        LwSub = Lw Sub;
        LwSw = Lw Sw;
        LwSlli = Lw Slli;
        LwConstant = Lw Constant;
        LwMul = Lw Mul;
        LwAnd = Lw And;
        LwOr = Lw Or;
        LwXor = Lw Xor;
        LwBeq = Lw Beq;
        LwBne = Lw Bne;
        LwBlt = Lw Blt;
        LwBge = Lw Bge;
        LwBltu = Lw Bltu;
        LwBgeu = Lw Bgeu;
        LwJump = Lw Jump;
        LwJumpRegister = Lw JumpRegister;
        SwSw = Sw Sw;
        SwAddi = Sw Addi;
        SwLw = Sw Lw;
        SwAdd = Sw Add;
        SwConstant = Sw Constant;
        SwJump = Sw Jump;
        SwCall = Sw Call;
        SwJumpRegister = Sw JumpRegister;
        SwBne = Sw Bne;
        AddLw = Add Lw;
        AddSw = Add Sw;
        AddLbu = Add Lbu;
        AddSb = Add Sb;
        AddAddi = Add Addi;
        AddAdd = Add Add;
        AddSlli = Add Slli;
        AddSub = Add Sub;
        AddSrli = Add Srli;
        AddConstant = Add Constant;
        AddBeq = Add Beq;
        AddBne = Add Bne;
        AddBlt = Add Blt;
        AddBge = Add Bge;
        AddBltu = Add Bltu;
        AddBgeu = Add Bgeu;
        AddJump = Add Jump;
        SlliAdd = Slli Add;
        SlliAddi = Slli Addi;
        SlliSrli = Slli Srli;
        SlliSrai = Slli Srai;
        SlliSub = Slli Sub;
        SlliXor = Slli Xor;
        SlliOr = Slli Or;
        ConstantAddi = Constant Addi;
        ConstantLw = Constant Lw;
        ConstantSw = Constant Sw;
        ConstantConstant = Constant Constant;
        ConstantAdd = Constant Add;
        ConstantAnd = Constant And;
        SltBeq = Slt Beq;
        SltBne = Slt Bne;
        SltXori = Slt Xori;
        SltuBeq = Sltu Beq;
        SltuBne = Sltu Bne;
        SltuXori = Sltu Xori;
        SltuAdd = Sltu Add;
        SltiBeq = Slti Beq;
        SltiBne = Slti Bne;
        SltiXori = Slti Xori;
        SltiuBeq = Sltiu Beq;
        SltiuBne = Sltiu Bne;
        AndiBeq = Andi Beq;
        AndiBne = Andi Bne;
        AndiAddi = Andi Addi;
        AndiAdd = Andi Add;
        AndiOr = Andi Or;
        XorSlli = Xor Slli;
        XorSrli = Xor Srli;
        XorSltiu = Xor Sltiu;
        XorSltu = Xor Sltu;
        SrliSub = Srli Sub;
        SrliXor = Srli Xor;
        SrliOr = Srli Or;
        SrliAnd = Srli And;
        SrliAndi = Srli Andi;
        SrliAdd = Srli Add;
        SubAndi = Sub Andi;
        SubAddi = Sub Addi;
        SubAdd = Sub Add;
        OrBne = Or Bne;
        OrSw = Or Sw;
        LbuAddi = Lbu Addi;
        LbuAdd = Lbu Add;
        LbuSb = Lbu Sb;
        LbuBeq = Lbu Beq;
        LbuBne = Lbu Bne;
        SbAddi = Sb Addi;
        SbAdd = Sb Add;
        SbJump = Sb Jump;
        MulAdd = Mul Add;
        MulAddi = Mul Addi;
        MulSub = Mul Sub;
        MulLw = Mul Lw;
        MulSw = Mul Sw;
    } };
}
pub(crate) use codes;

macro_rules! define {
    ($($single:ident)* ; $($pair:ident = $first:ident $second:ident;)*) => {
        /// What the fast path does for an instruction.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub(crate) enum Code { $($single,)* $($pair,)* }

        /// The code for the first of two instructions in a row.
        fn pair(first: Code, second: Code) -> Code {
            match (first, second) {
                $((Code::$first, Code::$second) => Code::$pair,)*
                _ => first,
            }
        }
    };
}
codes!(define);

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

/// The operation for the instruction `word` at `pc`, taken alone.
fn single(word: u32, pc: u32) -> Operation {
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

/// The operation for the instruction `word` at `pc`, when `next` follows.
pub(crate) fn predecode(word: u32, next: u32, pc: u32) -> Operation {
    let operation = single(word, pc);
    let second = single(next, pc.wrapping_add(4));
    Operation {
        code: pair(operation.code, second.code),
        ..operation
    }
}
