//! Instructions as text, as objdump writes them: ABI register names, the usual pseudo-instructions,
//! addresses with their symbols.
//!
//! Not here: the words themselves (`encoding.rs`), which symbol an address belongs to (the caller).

use crate::instruction::{Instruction, Op, Reg};
use alloc::format;
use alloc::string::String;

fn mnemonic(op: Op) -> &'static str {
    match op {
        Op::Lui => "lui",
        Op::Auipc => "auipc",
        Op::Jal => "jal",
        Op::Jalr => "jalr",
        Op::Beq => "beq",
        Op::Bne => "bne",
        Op::Blt => "blt",
        Op::Bge => "bge",
        Op::Bltu => "bltu",
        Op::Bgeu => "bgeu",
        Op::Lb => "lb",
        Op::Lh => "lh",
        Op::Lw => "lw",
        Op::Lbu => "lbu",
        Op::Lhu => "lhu",
        Op::Sb => "sb",
        Op::Sh => "sh",
        Op::Sw => "sw",
        Op::Addi => "addi",
        Op::Slti => "slti",
        Op::Sltiu => "sltiu",
        Op::Xori => "xori",
        Op::Ori => "ori",
        Op::Andi => "andi",
        Op::Slli => "slli",
        Op::Srli => "srli",
        Op::Srai => "srai",
        Op::Add => "add",
        Op::Sub => "sub",
        Op::Sll => "sll",
        Op::Slt => "slt",
        Op::Sltu => "sltu",
        Op::Xor => "xor",
        Op::Srl => "srl",
        Op::Sra => "sra",
        Op::Or => "or",
        Op::And => "and",
        Op::Fence => "fence",
        Op::Ecall => "ecall",
        Op::Ebreak => "ebreak",
        Op::Mul => "mul",
        Op::Mulh => "mulh",
        Op::Mulhsu => "mulhsu",
        Op::Mulhu => "mulhu",
        Op::Div => "div",
        Op::Divu => "divu",
        Op::Rem => "rem",
        Op::Remu => "remu",
        Op::LrW => "lr.w",
        Op::ScW => "sc.w",
        Op::AmoswapW => "amoswap.w",
        Op::AmoaddW => "amoadd.w",
        Op::AmoxorW => "amoxor.w",
        Op::AmoandW => "amoand.w",
        Op::AmoorW => "amoor.w",
        Op::AmominW => "amomin.w",
        Op::AmomaxW => "amomax.w",
        Op::AmominuW => "amominu.w",
        Op::AmomaxuW => "amomaxu.w",
    }
}

fn ordering(imm: i32) -> &'static str {
    match imm & 3 {
        0 => "",
        1 => ".rl",
        2 => ".aq",
        _ => ".aqrl",
    }
}

/// `iorw` sets of FENCE.
fn fence_set(bits: i32) -> String {
    ['i', 'o', 'r', 'w']
        .into_iter()
        .enumerate()
        .filter(|(n, _)| bits & (8 >> n) != 0)
        .map(|(_, c)| c)
        .collect()
}

fn fence(imm: i32) -> String {
    let (fm, pred, succ) = (imm >> 8 & 15, imm >> 4 & 15, imm & 15);
    match (fm, pred, succ) {
        (0, 15, 15) => String::from("fence"),
        (8, 3, 3) => String::from("fence.tso"),
        _ => format!("fence {}, {}", fence_set(pred), fence_set(succ)),
    }
}

fn branch(i: Instruction, target: &str) -> String {
    let (a, b) = (i.rs1.name(), i.rs2.name());
    let (left_zero, right_zero) = (i.rs1 == Reg::ZERO, i.rs2 == Reg::ZERO);
    match i.op {
        Op::Beq | Op::Bne | Op::Blt | Op::Bge if right_zero => {
            format!("{}z {a}, {target}", mnemonic(i.op))
        }
        Op::Blt if left_zero => format!("bgtz {b}, {target}"),
        Op::Bge if left_zero => format!("blez {b}, {target}"),
        op => format!("{} {a}, {b}, {target}", mnemonic(op)),
    }
}

fn immediate(i: Instruction) -> String {
    let (d, a) = (i.rd.name(), i.rs1.name());
    match (i.op, i.imm) {
        (Op::Addi, 0) if i.rd == Reg::ZERO && i.rs1 == Reg::ZERO => String::from("nop"),
        (Op::Addi, n) if i.rs1 == Reg::ZERO => format!("li {d}, {n}"),
        (Op::Addi, 0) => format!("mv {d}, {a}"),
        (Op::Xori, -1) => format!("not {d}, {a}"),
        (Op::Sltiu, 1) => format!("seqz {d}, {a}"),
        (op, n) => format!("{} {d}, {a}, {n}", mnemonic(op)),
    }
}

fn register(i: Instruction) -> String {
    let (d, a, b) = (i.rd.name(), i.rs1.name(), i.rs2.name());
    match i.op {
        Op::Sub if i.rs1 == Reg::ZERO => format!("neg {d}, {b}"),
        Op::Sltu if i.rs1 == Reg::ZERO => format!("snez {d}, {b}"),
        Op::Slt if i.rs1 == Reg::ZERO => format!("sgtz {d}, {b}"),
        Op::Slt if i.rs2 == Reg::ZERO => format!("sltz {d}, {a}"),
        op => format!("{} {d}, {a}, {b}", mnemonic(op)),
    }
}

fn jump(i: Instruction, target: &str) -> String {
    match i.rd {
        Reg::ZERO => format!("j {target}"),
        Reg::RA => format!("jal {target}"),
        rd => format!("jal {}, {target}", rd.name()),
    }
}

fn indirect(i: Instruction) -> String {
    match (i.rd, i.rs1, i.imm) {
        (Reg::ZERO, Reg::RA, 0) => String::from("ret"),
        (Reg::ZERO, a, 0) => format!("jr {}", a.name()),
        (Reg::RA, a, 0) => format!("jalr {}", a.name()),
        (Reg::ZERO, a, n) => format!("jr {n}({})", a.name()),
        (d, a, n) => format!("jalr {}, {n}({})", d.name(), a.name()),
    }
}

/// The text of the instruction at `pc`; `symbol` names an address (`main`, `main+0x10`).
pub fn disassemble(i: Instruction, pc: u32, symbol: &dyn Fn(u32) -> Option<String>) -> String {
    let (d, a, b) = (i.rd.name(), i.rs1.name(), i.rs2.name());
    let target = || {
        let address = pc.wrapping_add(i.imm as u32);
        symbol(address).unwrap_or_else(|| format!("{address:#x}"))
    };
    let name = mnemonic(i.op);
    match i.op {
        Op::Lui | Op::Auipc => format!("{name} {d}, {:#x}", i.imm as u32 >> 12),
        Op::Jal => jump(i, &target()),
        Op::Jalr => indirect(i),
        Op::Beq | Op::Bne | Op::Blt | Op::Bge | Op::Bltu | Op::Bgeu => branch(i, &target()),
        Op::Lb | Op::Lh | Op::Lw | Op::Lbu | Op::Lhu => format!("{name} {d}, {}({a})", i.imm),
        Op::Sb | Op::Sh | Op::Sw => format!("{name} {b}, {}({a})", i.imm),
        Op::Addi
        | Op::Slti
        | Op::Sltiu
        | Op::Xori
        | Op::Ori
        | Op::Andi
        | Op::Slli
        | Op::Srli
        | Op::Srai => immediate(i),
        Op::Fence => fence(i.imm),
        Op::Ecall | Op::Ebreak => String::from(name),
        Op::LrW => format!("{name}{} {d}, ({a})", ordering(i.imm)),
        Op::ScW
        | Op::AmoswapW
        | Op::AmoaddW
        | Op::AmoxorW
        | Op::AmoandW
        | Op::AmoorW
        | Op::AmominW
        | Op::AmomaxW
        | Op::AmominuW
        | Op::AmomaxuW => format!("{name}{} {d}, {b}, ({a})", ordering(i.imm)),
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
        | Op::Remu => register(i),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::decode;
    use alloc::string::ToString;

    #[test]
    fn as_objdump_writes_it() {
        let table = [
            (0x0000_0013, "nop"),
            (0xff01_0113, "addi sp, sp, -16"),
            (0x0050_0513, "li a0, 5"),
            (0x0005_0593, "mv a1, a0"),
            (0x0000_8067, "ret"),
            (0x0005_0067, "jr a0"),
            (0x0005_00e7, "jalr a0"),
            (0x0080_006f, "j main+0x8"),
            (0x0080_00ef, "jal main+0x8"),
            (0x0005_0863, "beqz a0, main+0x10"),
            (0x00b5_4863, "blt a0, a1, main+0x10"),
            (0x00a0_5863, "blez a0, main+0x10"),
            (0x0085_2583, "lw a1, 8(a0)"),
            (0xfeb4_2e23, "sw a1, -4(s0)"),
            (0x1234_5537, "lui a0, 0x12345"),
            (0x40a0_0533, "neg a0, a0"),
            (0x00a0_3533, "snez a0, a0"),
            (0x1605_252f, "lr.w.aqrl a0, (a0)"),
            (0x00b5_262f, "amoadd.w a2, a1, (a0)"),
            (0x0330_000f, "fence rw, rw"),
            (0x0ff0_000f, "fence"),
            (0x0000_0073, "ecall"),
        ];
        let symbol = |address: u32| Some(format!("main+{:#x}", address - 0x1_0000));
        for (word, text) in table {
            let i = decode(word).expect("a word of the table is an instruction");
            assert_eq!(disassemble(i, 0x1_0000, &symbol), text);
        }
        let j = decode(0x0080_006f).expect("a jump");
        assert_eq!(disassemble(j, 0x1_0000, &|_| None), "j 0x10008".to_string());
    }
}
