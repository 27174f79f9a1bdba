//! The typed tree: what the front end (lexer … checker) hands to the back end (code generator).
//!
//! Every rule of C has been applied before a tree exists: conversions are explicit, array decay,
//! member offsets, pointer arithmetic, compound assignment, `va_arg`, initialisers and constant
//! expressions are lowered. What is left are machine scalars, addresses, calls and structured
//! statements. Pointers are [`Scalar::U32`]; `_Bool` is [`Scalar::U8`] with an explicit conversion
//! (`x != 0`); enums are [`Scalar::I32`] or `U32`.
//!
//! Contract with the back end:
//!   * each `Load`, `Store`, `Copy` happens exactly once, in the order of evaluation given here
//!     (operands left to right; call arguments left to right), never merged or removed: the proof of
//!     `sim check` is about the source as written;
//!   * a local in [`Storage::Register`] may live in a register: its address is never taken;
//!   * signedness comes from the scalar of the operands (`U32 / U32` is `divu`).
//!
//! A tree can be written down (serde): the C library is compiled when `sim` is built.
//!
//! Not here: types of C (see the checker), sections and addresses (see the linker).

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A place in a source file, for the line table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Place {
    /// Index into [`Unit::files`].
    pub file: u16,
    /// Counted from 1; 0 means "no source".
    pub line: u32,
    /// Counted from 1.
    pub column: u32,
}

/// The machine's scalar types (ilp32: `int`, `long` and pointers are 32 bits).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // The names say it.
pub enum Scalar {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    /// IEEE 754 binary32, computed in software.
    F32,
    /// IEEE 754 binary64, computed in software.
    F64,
}

impl Scalar {
    /// Size and alignment in bytes.
    pub fn size(self) -> u32 {
        match self {
            Scalar::I8 | Scalar::U8 => 1,
            Scalar::I16 | Scalar::U16 => 2,
            Scalar::I32 | Scalar::U32 | Scalar::F32 => 4,
            Scalar::I64 | Scalar::U64 | Scalar::F64 => 8,
        }
    }

    /// Is it a signed integer?
    pub fn signed(self) -> bool {
        matches!(self, Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64)
    }

    /// Is it a floating type?
    pub fn float(self) -> bool {
        matches!(self, Scalar::F32 | Scalar::F64)
    }
}

/// The type of an expression's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ty {
    /// No value.
    Void,
    /// A machine scalar.
    Scalar(Scalar),
    /// A struct or union: the expression's value is its *address*.
    Aggregate {
        /// Bytes, a multiple of `align`.
        size: u32,
        /// Bytes, a power of two.
        align: u32,
    },
}

/// Index into [`Unit::symbols`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SymbolId(pub u32);

/// Index into [`Function::locals`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LocalId(pub u32);

/// Index into [`Function::labels`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LabelId(pub u32);

/// One translation unit, checked and lowered.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Unit {
    /// Paths of the source files that [`Place::file`] counts: the `.c` file first, then headers.
    pub files: Vec<String>,
    /// Everything with linkage or static storage that the unit mentions.
    pub symbols: Vec<Symbol>,
    /// Function definitions, in source order.
    pub functions: Vec<Function>,
    /// Objects with static storage, string literals included.
    pub data: Vec<Data>,
}

/// A name that the linker resolves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Symbol {
    /// The name; string literals and static locals get one too: `.str3`, `main.counter`.
    pub name: String,
    /// `true`: visible in other units. `false`: this unit's own (static, string literals).
    pub external: bool,
    /// Function or object; thread-local objects are addressed from `tp`.
    pub kind: SymbolKind,
    /// Where it is declared, for the linker's diagnostics.
    pub place: Place,
}

/// What a symbol stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SymbolKind {
    /// Code.
    Function,
    /// An object in rodata, data or bss.
    Object,
    /// A `_Thread_local` object.
    ThreadLocal,
}

/// An object with static storage.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Data {
    /// Which symbol it defines.
    pub symbol: SymbolId,
    /// Bytes; at least `bytes.len()`; the rest is zero.
    pub size: u32,
    /// Bytes, a power of two.
    pub align: u32,
    /// Initial bytes; empty or shorter than `size`: zeros follow.
    pub bytes: Vec<u8>,
    /// Addresses to be filled in: 4 bytes at `offset` become `symbol + addend`.
    pub relocations: Vec<Relocation>,
    /// `const` object or string literal: goes into rodata.
    pub read_only: bool,
    /// A tentative definition (`int x;` at file scope): merged with a real one by the linker.
    pub tentative: bool,
    /// The C type, as a person would write it (`int [4]`); for the memory map and messages.
    pub type_name: String,
    /// Where it is defined.
    pub place: Place,
}

/// "The address of `symbol` plus `addend` belongs at `offset`."
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relocation {
    /// Byte offset in the object.
    pub offset: u32,
    /// Whose address.
    pub symbol: SymbolId,
    /// Bytes added.
    pub addend: i32,
}

/// A function definition.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Function {
    /// Which symbol it defines.
    pub symbol: SymbolId,
    /// Its parameters, in order; each is one of `locals`.
    pub params: Vec<LocalId>,
    /// What it returns.
    pub ret: Ty,
    /// Has `...` after its parameters.
    pub variadic: bool,
    /// Parameters, variables and temporaries.
    pub locals: Vec<Local>,
    /// Names of the labels, for messages; [`LabelId`] counts them.
    pub labels: Vec<String>,
    /// The body.
    pub body: Vec<Stmt>,
    /// The line of its name.
    pub place: Place,
    /// The line of its closing brace.
    pub end: Place,
}

/// A parameter, variable or temporary of a function.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Local {
    /// The name in the source; empty for a temporary.
    pub name: String,
    /// The C type as a person would write it; empty for a temporary.
    pub type_name: String,
    /// Its type; an array is an `Aggregate` of its size and alignment.
    pub ty: Ty,
    /// Register or frame.
    pub storage: Storage,
    /// `_Alignas` or an attribute of its declaration; 0: as its type is aligned.
    pub align: u32,
    /// Where it is declared.
    pub place: Place,
}

/// A `case` of a `switch`: from `low` to `high`, both as the bits of the `switch`'s value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The first value.
    pub low: u64,
    /// The last value; mostly the first.
    pub high: u64,
    /// Where they lead.
    pub label: LabelId,
}

/// Where a local may live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Storage {
    /// A scalar whose address is never taken and that is not volatile: used only by
    /// [`ExprKind::Local`] and [`ExprKind::SetLocal`]; a register if there is one.
    Register,
    /// In the stack frame: used only by [`ExprKind::LocalAddress`].
    Frame,
}

/// A statement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Stmt {
    /// Evaluated, result dropped.
    Expr(Expr),
    /// Statements in a row.
    Block(Vec<Stmt>),
    /// `condition` is a scalar; non-zero is true.
    If {
        /// What decides.
        condition: Expr,
        /// When non-zero.
        then: Box<Stmt>,
        /// When zero.
        otherwise: Option<Box<Stmt>>,
    },
    /// All three loops of C. `for` has everything, `while` has no `step`, `do` sets `test_last`.
    Loop {
        /// `None` is true.
        condition: Option<Expr>,
        /// Evaluated after the body; `continue` goes here.
        step: Option<Expr>,
        /// The body.
        body: Box<Stmt>,
        /// The condition is tested after the body (`do … while`).
        test_last: bool,
    },
    /// `break` of the innermost `Loop` or `Switch`.
    Break(Place),
    /// `continue` of the innermost `Loop`.
    Continue(Place),
    /// `switch`: `value` is an integer scalar of 32 or 64 bits; the cases are in the body.
    Switch {
        /// What is compared.
        value: Expr,
        /// The `case`s in `body`, in source order.
        cases: Vec<Case>,
        /// Where no case matches; `None`: after the switch.
        default: Option<LabelId>,
        /// The body, with a `Label` for each case.
        body: Box<Stmt>,
    },
    /// A label of `goto`, `case` or `default`.
    Label(LabelId),
    /// `goto`.
    Goto(LabelId, Place),
    /// `return`; an aggregate's value is its address.
    Return(Option<Expr>, Place),
}

/// An expression.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Expr {
    /// What it does.
    pub kind: ExprKind,
    /// The type of its value.
    pub ty: Ty,
    /// Where it stands: the operator's place, so that `a = b + c` over lines is steppable.
    pub place: Place,
}

/// A field of some bits inside a storage unit (little-endian: bit 0 is the lowest).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BitField {
    /// First bit in the unit.
    pub shift: u8,
    /// Number of bits, 1 to 64.
    pub width: u8,
}

/// What an expression does.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum ExprKind {
    /// A constant: the bits of an integer (sign- or zero-extended to 64) or of a float.
    Const(u64),
    /// The address of a symbol plus an offset. For a thread-local: of this thread's copy.
    Address(SymbolId, i32),
    /// The address of a frame local plus an offset.
    LocalAddress(LocalId, i32),
    /// The value of a register local.
    Local(LocalId),
    /// Sets a register local; its value is the new value.
    SetLocal(LocalId, Box<Expr>),
    /// Reads memory. The type of the expression says how much. With `field`: loads the unit of this
    /// type, extracts, extends by the type's sign.
    Load {
        /// A `U32`.
        address: Box<Expr>,
        /// Part of the unit only.
        field: Option<BitField>,
        /// Sequentially consistent atomic (`_Atomic` object).
        atomic: bool,
    },
    /// Writes memory; its value is the stored value (of a field: as it reads back). The type of
    /// `value` says how much. With `field`: one load and one store of the unit.
    Store {
        /// A `U32`, evaluated first.
        address: Box<Expr>,
        /// A scalar.
        value: Box<Expr>,
        /// Part of the unit only.
        field: Option<BitField>,
        /// Sequentially consistent atomic.
        atomic: bool,
    },
    /// Copies an aggregate, word by word from the lowest address (bytes at the end or where the
    /// alignment is small); its value is `to`. Both operands are addresses.
    Copy {
        /// Destination, evaluated first.
        to: Box<Expr>,
        /// Source (an expression of aggregate type or a `U32` address).
        from: Box<Expr>,
        /// Bytes.
        size: u32,
        /// Known alignment of both.
        align: u32,
    },
    /// Zeroes `size` bytes of a frame local (initialisers).
    Zero {
        /// Whose frame memory.
        local: LocalId,
        /// First byte.
        offset: u32,
        /// Bytes.
        size: u32,
    },
    /// `-x`, `~x` (integers), `-x` (floats: flips the sign bit).
    Unary(UnaryOp, Box<Expr>),
    /// Both operands have the same scalar type, but for shifts (right operand: `I32` or `U32`).
    /// Integer operands have at least 32 bits. Comparisons give `I32` 0 or 1.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `!x` of any scalar: `I32` 0 or 1.
    Not(Box<Expr>),
    /// `a && b`: `I32` 0 or 1.
    And(Box<Expr>, Box<Expr>),
    /// `a || b`: `I32` 0 or 1.
    Or(Box<Expr>, Box<Expr>),
    /// `c ? a : b`; both of the expression's type (aggregates: addresses; or void).
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `a, b`.
    Comma(Box<Expr>, Box<Expr>),
    /// Statements in a row, then a value: gcc's `({ … })`. Jumps may leave it.
    Statements(Vec<Stmt>, Box<Expr>),
    /// From one scalar type to another, as C converts (also int ↔ float; truncation, extension).
    /// To `Void`: the value is dropped. Between `U32` and an aggregate: an address stays as it is.
    Convert(Box<Expr>),
    /// A call. An aggregate result is written to the frame local `result`, whose address is the value.
    Call {
        /// Who is called.
        callee: Callee,
        /// Scalars (integers of less than 32 bits were promoted or converted to the parameter's
        /// type) or aggregates (by value: the callee gets a copy).
        args: Vec<Expr>,
        /// How many of `args` match named parameters, if the callee is variadic.
        variadic: Option<usize>,
        /// The frame local for an aggregate result.
        result: Option<LocalId>,
    },
    /// A system call: the number, then up to 6 arguments, all 32-bit scalars (`__builtin_syscall`).
    Syscall(Vec<Expr>),
    /// An atomic read-modify-write; its value is the *old* value. The type says how much (1, 2 or 4 bytes).
    AtomicRmw {
        /// Which.
        op: RmwOp,
        /// A `U32`.
        address: Box<Expr>,
        /// The operand, of the expression's type.
        value: Box<Expr>,
    },
    /// Compare-and-swap, `I32` 1 if it swapped; `expected` is an address: receives the old value
    /// when it did not (C11 `atomic_compare_exchange_strong`). `desired`'s type says how much.
    AtomicCas {
        /// A `U32`.
        address: Box<Expr>,
        /// A `U32`: where the expected value is.
        expected: Box<Expr>,
        /// The new value.
        desired: Box<Expr>,
    },
    /// A full memory fence.
    Fence,
    /// The address of the first variadic argument (`U32`). Variadic arguments lie in a row in
    /// memory, each in 4 bytes, or 8 bytes aligned to 8 for 64-bit scalars; an aggregate is
    /// passed by the address of a copy (4 bytes).
    VaStart,
    /// Stops the program with `ebreak` (`__builtin_trap`).
    Trap,
    /// Where this function returns to (`__builtin_return_address(0)`), `U32`.
    ReturnAddress,
    /// Room for an array of variable length: so many bytes on the stack, aligned to 16, below the array
    /// at `below` (a register local) or, if there is none, below the frame. What was allocated below
    /// that place before is gone. Its value is the address.
    Allocate {
        /// The address of the array that lives longest of those this one must not overwrite.
        below: Option<LocalId>,
        /// Bytes, a `U32`.
        size: Box<Expr>,
    },
}

/// Who is called.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Callee {
    /// A function by name.
    Symbol(SymbolId),
    /// Through a pointer (`U32`), evaluated before the arguments.
    Pointer(Box<Expr>),
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnaryOp {
    /// `-x`
    Negate,
    /// `~x`
    Complement,
}

/// Operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // The names say it.
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Shl,
    Shr,
    And,
    Or,
    Xor,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// Atomic read-modify-write operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // The names say it.
pub enum RmwOp {
    Exchange,
    Add,
    Sub,
    And,
    Or,
    Xor,
    /// Signed or unsigned as the type is.
    Min,
    Max,
}
