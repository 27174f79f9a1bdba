//! Register files of threads at one moment.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use sim_abi::instruction::Reg;
use sim_abi::moment::RegisterFile;

use crate::columns::Table;
use crate::style::{Paint, Style};

/// Registers beside each other: a line fits on a phone.
const COLUMNS: u8 = 3;
const ROWS: u8 = 32_u8.div_ceil(COLUMNS);

/// A table for each thread, an empty line between them.
pub fn registers(files: &[RegisterFile], style: Style) -> String {
    let files: Vec<String> = files.iter().map(|f| one(f, style)).collect();
    files.join("\n")
}

fn one(file: &RegisterFile, style: Style) -> String {
    let keeper = match file.core {
        Some(core) => format!("in core {core}"),
        None => "kept by the kernel".to_string(),
    };
    let mut out = style.paint(Paint::Strong, &format!("registers of {}", file.thread));
    let when = format!("  before tick {}, {keeper}", file.tick);
    out.push('\n');
    out.push_str(&style.paint(Paint::Faint, &when));
    out.push('\n');
    let mut table = Table::default();
    for number in 0..ROWS {
        row(file, number, &mut table);
    }
    out.push_str(&table.show(2, style));
    let mut next = format!("  {:>4}  {:08x}", "pc", file.pc);
    if !file.function.is_empty() {
        next.push_str(&format!("  in {}", file.function));
    }
    out.push_str(&next);
    if !file.place.is_empty() {
        out.push_str(&style.paint(Paint::Faint, &format!("  {}", file.place)));
    }
    out.push('\n');
    out
}

/// Numbered downwards, so that registers of one kind stand together.
fn row(file: &RegisterFile, number: u8, table: &mut Table) {
    let numbers = (0..COLUMNS).map(|column| column * ROWS + number);
    for register in numbers.filter(|n| *n < 32).map(Reg) {
        let value = file.x[usize::from(register.0)];
        table
            .right(Paint::Faint, register.name())
            .left(Paint::Plain, format_args!("{value:08x}"));
    }
    table.end();
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_abi::{CoreId, Tick};

    #[test]
    fn every_register_once_and_where_it_goes_on() {
        let mut x = [0; 32];
        for (number, value) in x.iter_mut().enumerate() {
            *value = number as u32;
        }
        let mut file = RegisterFile {
            tick: Tick(7),
            thread: "bank/t1".into(),
            core: Some(CoreId(1)),
            x,
            pc: 0x1_0120,
            function: "f".into(),
            place: "a.c:3".into(),
        };
        let text = registers(&[file.clone()], Style::PLAIN);
        let expected = "registers of bank/t1
  before tick 7, in core 1
  zero  00000000  a1  0000000b   s6  00000016
    ra  00000001  a2  0000000c   s7  00000017
    sp  00000002  a3  0000000d   s8  00000018
    gp  00000003  a4  0000000e   s9  00000019
    tp  00000004  a5  0000000f  s10  0000001a
    t0  00000005  a6  00000010  s11  0000001b
    t1  00000006  a7  00000011   t3  0000001c
    t2  00000007  s2  00000012   t4  0000001d
    s0  00000008  s3  00000013   t5  0000001e
    s1  00000009  s4  00000014   t6  0000001f
    a0  0000000a  s5  00000015
    pc  00010120  in f  a.c:3
";
        assert_eq!(text, expected);
        (file.core, file.function, file.place) = (None, String::new(), String::new());
        let text = registers(&[file], Style::PLAIN);
        assert!(text.starts_with("registers of bank/t1\n  before tick 7, kept by the kernel\n"));
        assert!(text.ends_with("    pc  00010120\n"));
    }
}
