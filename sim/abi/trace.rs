//! The trace of a run: what happened, in order, with the names that things had.
//!
//! A run can have hundreds of thousands of lines, and most of them say what another one said before: that
//! this thread was preempted in this line of its source. So a line is small: a time, a core and a sentence;
//! and a sentence that comes again and again need be there only once.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::event::{EventKind, MemoryAccess};
use crate::ids::{CoreId, Tick, Tid};
use crate::instruction::Instruction;

/// What happened, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// When and where it happened.
    pub lines: Vec<TraceLine>,
    /// What happened. Which of them are the same is not looked for: two of them may be equal.
    sentences: Vec<Sentence>,
}

/// One line of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceLine {
    /// When.
    pub tick: Tick,
    /// On which core.
    pub core: Option<CoreId>,
    /// What.
    pub sentence: SentenceId,
}

/// A sentence of a trace, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentenceId(u32);

impl SentenceId {
    /// Counted from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl Trace {
    /// No line.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// What a line says.
    pub fn sentence(&self, line: &TraceLine) -> &Sentence {
        &self.sentences[line.sentence.index()]
    }

    /// All that is said; lines that have been taken out may have left sentences that nobody says.
    pub fn sentences(&self) -> &[Sentence] {
        &self.sentences
    }

    /// For lines that will say this.
    pub fn say(&mut self, sentence: Sentence) -> SentenceId {
        let id = SentenceId(self.sentences.len() as u32);
        self.sentences.push(sentence);
        id
    }
}

/// What a line says of a thread, and where in its source that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Which thread.
    pub thread: Tid,
    /// Its name: `bank/t1`.
    pub name: Arc<str>,
    /// Source file of the innermost frame that is not the C library's; empty if unknown.
    pub file: Arc<str>,
    /// Line in it, from 1; 0 if unknown.
    pub line: u32,
    /// What happened.
    pub what: TraceKind,
}

/// The names in an event: it has two at most. A holder that is nobody has none.
pub type EventNames = [Option<Arc<str>>; 2];

/// What a line of a trace is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraceKind {
    /// A kernel event or a system call.
    Event {
        /// Which.
        kind: EventKind,
        /// Names of the objects, threads and processes in the event's kind, in the order of its fields.
        names: EventNames,
        /// Text that belongs to it: what was written, the failed assertion, the outcome; else empty.
        text: String,
    },
    /// In a schedule: this thread goes on, and another one did the step before.
    Switch {
        /// What the other one will meet because of it, if that is known: `t1 has yet to write x; t2 reads
        /// x first`.
        why: Option<String>,
    },
    /// A memory access.
    Access {
        /// It.
        access: MemoryAccess,
        /// What lies there: `counter`, `main::t1`, `malloc at pool.c:30 + 8`; empty if unknown.
        place: String,
    },
    /// An instruction.
    Instruction {
        /// Where.
        pc: u32,
        /// It.
        instruction: Instruction,
        /// The function it is in, and the offset in bytes.
        function: Option<(String, u32)>,
        /// The register it wrote and the value, if it wrote one.
        wrote: Option<(u8, u32)>,
    },
}
