//! Names: every spelling (identifier, number, string) once, as a number.
//!
//! Keywords and the words the compiler itself knows have fixed numbers, so that a comparison of two
//! integers decides. The table is an open-addressing hash table whose order is never looked at.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// A spelling in the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Name(pub u32);

macro_rules! fixed_names {
    ($($constant:ident $text:literal)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u32)]
        enum Index { $($constant),* }
        $(pub const $constant: Name = Name(Index::$constant as u32);)*
        const FIXED: &[&str] = &[$($text),*];
    };
}

fixed_names! {
    // Keywords, up to LAST_KEYWORD.
    AUTO "auto" BREAK "break" CASE "case" CHAR "char" CONST "const" CONTINUE "continue"
    DEFAULT "default" DO "do" DOUBLE "double" ELSE "else" ENUM "enum" EXTERN "extern" FLOAT "float"
    FOR "for" GOTO "goto" IF "if" INLINE "inline" INT "int" LONG "long" REGISTER "register"
    RESTRICT "restrict" RETURN "return" SHORT "short" SIGNED "signed" SIZEOF "sizeof" STATIC "static"
    STRUCT "struct" SWITCH "switch" TYPEDEF "typedef" UNION "union" UNSIGNED "unsigned" VOID "void"
    VOLATILE "volatile" WHILE "while" ALIGNAS "_Alignas" ALIGNOF "_Alignof" ATOMIC "_Atomic"
    BOOL "_Bool" COMPLEX "_Complex" GENERIC "_Generic" IMAGINARY "_Imaginary" NORETURN "_Noreturn"
    STATIC_ASSERT "_Static_assert" THREAD_LOCAL "_Thread_local" THREAD "__thread"
    CONST__ "__const" CONST____ "__const__" VOLATILE__ "__volatile" VOLATILE____ "__volatile__"
    RESTRICT__ "__restrict" RESTRICT____ "__restrict__" INLINE__ "__inline" INLINE____ "__inline__"
    SIGNED__ "__signed" SIGNED____ "__signed__" ALIGNOF__ "__alignof" ALIGNOF____ "__alignof__"
    TYPEOF "typeof" TYPEOF__ "__typeof" TYPEOF____ "__typeof__" ATTRIBUTE__ "__attribute"
    ATTRIBUTE____ "__attribute__" EXTENSION "__extension__" ASM "asm" ASM__ "__asm" ASM____ "__asm__"
    INT128 "__int128" AUTO_TYPE "__auto_type"
    VA_ARG "__builtin_va_arg" OFFSETOF "__builtin_offsetof"
    TYPES_COMPATIBLE "__builtin_types_compatible_p" CHOOSE_EXPR "__builtin_choose_expr"
    LABEL__ "__label__" COMPLEX__ "__complex__"
    // Words of the preprocessor.
    DEFINE "define" UNDEF "undef" INCLUDE "include" INCLUDE_NEXT "include_next" IFDEF "ifdef"
    IFNDEF "ifndef" ELIF "elif" ENDIF "endif" ERROR "error" WARNING "warning" LINE "line"
    PRAGMA "pragma" ONCE "once" PACK "pack" PUSH "push" POP "pop" DEFINED "defined"
    HAS_INCLUDE "__has_include" HAS_ATTRIBUTE "__has_attribute" HAS_BUILTIN "__has_builtin"
    VA_ARGS "__VA_ARGS__" VA_OPT "__VA_OPT__" PRAGMA_OPERATOR "_Pragma" FILE__ "__FILE__"
    PUSH_MACRO "push_macro" POP_MACRO "pop_macro"
    BASE_FILE__ "__BASE_FILE__" LINE__ "__LINE__" COUNTER__ "__COUNTER__" IDENT "ident" ASSERT "assert"
    // Other words the checker looks for.
    MAIN "main" FUNC "__func__" FUNCTION__ "__FUNCTION__" PRETTY_FUNCTION "__PRETTY_FUNCTION__"
    PACKED "packed" PACKED__ "__packed__" ALIGNED "aligned" ALIGNED__ "__aligned__" MODE "mode" MODE__ "__mode__"
    VA_LIST "__builtin_va_list" SETJMP "setjmp" ALLOCA "alloca"
    ALLOCA__ "__builtin_alloca" ALLOCA_ALIGNED "__builtin_alloca_with_align"
}

/// Names up to this one are keywords.
pub const LAST_KEYWORD: Name = COMPLEX__;

/// The table of spellings.
pub struct Names {
    bytes: Vec<u8>,
    ranges: Vec<(u32, u32)>,
    slots: Vec<u32>,
}

const EMPTY: u32 = u32::MAX;

impl Names {
    /// A table with the fixed names in it.
    pub fn new() -> Names {
        let mut names = Names {
            bytes: Vec::with_capacity(1 << 16),
            ranges: Vec::new(),
            slots: vec![EMPTY; 1 << 12],
        };
        for text in FIXED {
            names.intern(text.as_bytes());
        }
        names
    }

    /// The name of a spelling.
    pub fn intern(&mut self, text: &[u8]) -> Name {
        let mask = self.slots.len() - 1;
        let mut slot = hash(text) as usize & mask;
        while self.slots[slot] != EMPTY {
            let (start, end) = self.ranges[self.slots[slot] as usize];
            if &self.bytes[start as usize..end as usize] == text {
                return Name(self.slots[slot]);
            }
            slot = (slot + 1) & mask;
        }
        let name = self.ranges.len() as u32;
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(text);
        self.ranges.push((start, self.bytes.len() as u32));
        self.slots[slot] = name;
        if self.ranges.len() * 2 > self.slots.len() {
            self.grow();
        }
        Name(name)
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 4 - 1;
        let mut slots = vec![EMPTY; mask + 1];
        for (name, &(start, end)) in self.ranges.iter().enumerate() {
            let mut slot = hash(&self.bytes[start as usize..end as usize]) as usize & mask;
            while slots[slot] != EMPTY {
                slot = (slot + 1) & mask;
            }
            slots[slot] = name as u32;
        }
        self.slots = slots;
    }

    /// The bytes of a spelling.
    pub fn bytes(&self, name: Name) -> &[u8] {
        let (start, end) = self.ranges[name.0 as usize];
        &self.bytes[start as usize..end as usize]
    }

    /// The spelling as text (other bytes than UTF-8 are replaced).
    pub fn text(&self, name: Name) -> String {
        String::from_utf8_lossy(self.bytes(name)).into_owned()
    }
}

/// FNV-1a with a final mix.
fn hash(text: &[u8]) -> u32 {
    let mut hash: u32 = 0x811c_9dc5;
    for &byte in text {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    hash ^ hash >> 15
}
