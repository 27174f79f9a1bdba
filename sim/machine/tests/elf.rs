//! ELF files, made by hand: one that loads, and one for each way in which it may not.

use proptest::prelude::*;
use sim_abi::Permissions;
use sim_abi::image::SymbolKind;
use sim_machine::load_elf;

/// One loadable segment of two instructions at 0x10000, and a symbol `main`.
fn file() -> Vec<u8> {
    let mut f = Vec::new();
    let words =
        |f: &mut Vec<u8>, words: &[u32]| words.iter().for_each(|w| f.extend(w.to_le_bytes()));
    f.extend([0x7f, b'E', b'L', b'F', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    words(
        &mut f,
        &[
            2 | 243 << 16,
            1,
            0x1_0000,
            52,
            132,
            0,
            52 | 32 << 16,
            1 | 40 << 16,
            4 | 3 << 16,
        ],
    );
    words(&mut f, &[1, 84, 0x1_0000, 0x1_0000, 8, 0x2000, 5, 4096]); // program header, at 52
    words(&mut f, &[0x93, 0x73]); // text, at 84
    words(&mut f, &[0, 0, 0, 0, 1, 0x1_0000, 8, 2 | 1 << 16]); // symbols, at 92
    f.extend(b"\0main\0\0\0"); // strings, at 124
    words(&mut f, &[0; 10]); // section headers, at 132
    words(&mut f, &[0, 1, 6, 0x1_0000, 84, 8, 0, 0, 4, 0]);
    words(&mut f, &[0, 2, 0, 0, 92, 32, 3, 1, 4, 16]);
    words(&mut f, &[0, 3, 0, 0, 124, 8, 0, 0, 1, 0]);
    f
}

#[test]
fn a_static_executable_loads() {
    let image = load_elf(&file()).expect("it is one");
    assert_eq!(image.entry, 0x1_0000);
    let segment = &image.segments[0];
    assert_eq!(
        (segment.name.as_str(), segment.address, segment.size),
        ("segment 0", 0x1_0000, 0x2000)
    );
    assert_eq!(segment.bytes, [0x93, 0, 0, 0, 0x73, 0, 0, 0]);
    assert_eq!(segment.permissions, Permissions::RX);
    let symbol = image.symbol("main").expect("it has one");
    assert_eq!(
        (symbol.address, symbol.size, symbol.kind),
        (0x1_0000, 8, SymbolKind::Function)
    );
}

/// (what is changed: offset, bytes; a part of the message)
#[test]
fn refusals_say_why() {
    #[rustfmt::skip]
    let table: &[(usize, &[u8], &str)] = &[
        (0, b"#!/b", "not an ELF file"),
        (4, &[2], "64-bit"),
        (4, &[9], "no known class"),
        (5, &[2], "big-endian"),
        (16, &[3], "-static"),
        (16, &[1], "link it first"),
        (16, &[4], "core dump"),
        (18, &[62], "number 62"),
        (24, &[0, 0, 9], "entry point 0x90000"),
        (24, &[2], "not a multiple of 4"),
        (36, &[1], "compressed instructions"),
        (36, &[4], "floating-point"),
        (36, &[8], "RV32E"),
        (52, &[3], "dynamically linked"),
        (52, &[7], "no segment"),
        (56, &[0, 0, 1], "past the end of the file"),
        (60, &[0, 0, 0], "does not lie between"),
        (60, &[0, 0, 0, 0xf0], "does not lie between"),
        (72, &[4, 0, 0], "more bytes in the file"),
        (72, &[0, 0, 0, 0xff], "more than 256 MiB"),
    ];
    for (offset, bytes, part) in table {
        let mut f = file();
        f[*offset..*offset + bytes.len()].copy_from_slice(bytes);
        let message = load_elf(&f).expect_err(part);
        assert!(
            message.contains(part),
            "{message:?} should contain {part:?}"
        );
    }
}

#[test]
fn a_file_that_is_cut_off_is_refused() {
    let whole = file();
    for length in 0..whole.len() {
        assert!(load_elf(&whole[..length]).is_err(), "{length}");
    }
}

proptest! {
    #[test]
    fn no_file_panics(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let mut f = file();
        for (index, byte) in changes {
            let at = index.index(f.len());
            f[at] = byte;
        }
        let _ = load_elf(&f);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = load_elf(&bytes);
    }
}
