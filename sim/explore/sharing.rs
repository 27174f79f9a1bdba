//! Which memory is visible: words that more than one thread has touched so far.
//!
//! Rules:
//!   P1  a word is private while one thread alone has touched it, in all interleavings looked at;
//!   P2  when a second thread touches it, it is shared for ever, and the search has to start again:
//!       what was local before is a step now;
//!   P3  a search in which nothing became shared has seen every interleaving of what is visible: each
//!       word that was private to a thread was touched by no other in any of them.
//!   P4  a thread that reads so often without writing waits for somebody in a loop: what it reads counts as
//!       shared, so that its rounds are steps and others can move in between.
//!
//! Words are [`Location`]s, so that memory shared between processes counts as one.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use hashbrown::HashMap;
use sim_abi::{Location, MemoryAccess, Tid};
use sim_kernel::Visibility;

use crate::hash::Fixed;

/// Reads without a write between them that are taken for waiting (P4).
const READS_MAX: u32 = 10_000;

/// In place of a list of shared words: all are. A word of no space.
const EVERYTHING: Location = Location::Private {
    space: u32::MAX,
    address: 0,
};

/// Who touches a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Toucher {
    One(Tid),
    Many,
}

/// Who has touched which word.
#[derive(Clone, Debug, Default)]
pub struct Sharing {
    words: HashMap<Location, Toucher, Fixed>,
    /// Those that many have touched, in order.
    shared: BTreeSet<Location>,
    /// Who reads, and how often it has since its last write.
    reader: Option<Tid>,
    reads: u32,
    /// A word has become shared since the search began.
    pub grown: bool,
    /// The list is complete: nothing is learnt any more (replays).
    frozen: bool,
    /// Whatever is touched counts as shared from the first time on.
    all: bool,
}

impl Sharing {
    /// These words are shared, and no others: for replays.
    pub fn frozen(shared: &[Location]) -> Sharing {
        if shared == [EVERYTHING] {
            return Sharing::everything();
        }
        let words = shared.iter().map(|word| (*word, Toucher::Many));
        Sharing {
            words: words.collect(),
            shared: shared.iter().copied().collect(),
            frozen: true,
            ..Sharing::default()
        }
    }

    /// Every word counts as shared, private memory too: nothing is local. The oracle that P1 to P3 are
    /// tested against.
    pub fn everything() -> Sharing {
        Sharing {
            all: true,
            shared: BTreeSet::from([EVERYTHING]),
            ..Sharing::default()
        }
    }

    /// Takes over what another worker has learnt.
    pub fn merge(&mut self, other: &Sharing) {
        if self.all {
            return;
        }
        for (word, toucher) in &other.words {
            match toucher {
                Toucher::One(thread) => {
                    self.touch(*word, *thread);
                }
                Toucher::Many => self.share(*word),
            }
        }
    }

    /// The shared words, in order.
    pub fn shared(&self) -> Vec<Location> {
        self.shared.iter().copied().collect()
    }

    /// Has more than one thread touched any of these bytes?
    pub fn is_shared(&self, access: &MemoryAccess) -> bool {
        self.all || words(access).any(|word| self.words.get(&word) == Some(&Toucher::Many))
    }

    /// Does the thread do nothing but read?
    fn waits_in_loop(&mut self, access: &MemoryAccess) -> bool {
        let goes_on = !access.write && self.reader == Some(access.thread);
        self.reader = Some(access.thread);
        self.reads = if goes_on { self.reads + 1 } else { 0 };
        self.reads > READS_MAX
    }

    fn share(&mut self, word: Location) {
        if !self.frozen
            && !self.all
            && self.words.insert(word, Toucher::Many) != Some(Toucher::Many)
        {
            self.shared.insert(word);
            self.grown = true;
        }
    }

    fn touch(&mut self, word: Location, thread: Tid) -> bool {
        if self.all {
            return true;
        }
        match self.words.get_mut(&word) {
            Some(Toucher::Many) => true,
            _ if self.frozen => false,
            Some(Toucher::One(first)) if *first == thread => false,
            Some(toucher) => {
                *toucher = Toucher::Many;
                self.shared.insert(word);
                self.grown = true;
                true
            }
            None => {
                self.words.insert(word, Toucher::One(thread));
                false
            }
        }
    }
}

impl Visibility for Sharing {
    fn visible(&mut self, access: &MemoryAccess) -> bool {
        if self.waits_in_loop(access) {
            words(access).for_each(|word| self.share(word));
        }
        // All words are touched, also when the first is known to be shared.
        words(access).fold(false, |visible, word| {
            self.touch(word, access.thread) | visible
        })
    }

    fn is_shared_within(&self, from: Location, bytes: u32) -> bool {
        if self.all {
            return true;
        }
        // The word that the first byte lies in counts.
        let first = start_of_word(from);
        let mut shared = self.shared.range(first..from.plus(bytes));
        shared.next().is_some()
    }
}

/// The words an access touches.
fn words(access: &MemoryAccess) -> impl Iterator<Item = Location> + use<> {
    let first = start_of_word(access.location);
    let start = offset_in_word(access.location);
    let count = (start + access.size.max(1)).div_ceil(4);
    (0..count).map(move |n| first.plus(4 * n))
}

fn start_of_word(location: Location) -> Location {
    location.plus(offset_in_word(location).wrapping_neg())
}

fn offset_in_word(location: Location) -> u32 {
    match location {
        Location::Private { address, .. } => address & 3,
        Location::Shared { offset, .. } => offset & 3,
    }
}
