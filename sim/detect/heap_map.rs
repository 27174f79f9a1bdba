//! For each byte of a heap: does it belong to a live block, and has it been written?
//!
//! Four bytes' answers share one number: bits 0–3 live, bits 4–7 written. A page whose words are all
//! alike is one number, so a huge block costs nothing before it is used.

use alloc::boxed::Box;
use alloc::vec::Vec;
use sim_abi::layout::{PAGE_SIZE, THREAD_HEAPS};
use sim_abi::mixer::Mixer;

const PAGE_WORDS: usize = PAGE_SIZE as usize / 4;

#[derive(Clone, Debug)]
enum Page {
    /// All words are in this state.
    Uniform(u8),
    Mixed(Box<[u8; PAGE_WORDS]>),
}

/// What is to become of a range of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// In no live block.
    Dead,
    /// Live, never written.
    Fresh,
    /// Live and written.
    Written,
}

/// The states of all bytes of one process's heap.
#[derive(Clone, Debug, Default)]
pub(crate) struct HeapMap {
    /// By [`slot`].
    pages: Vec<Page>,
}

/// Where a page stands: those of the heap that grows by `brk` and those of the threads' heaps, far from it,
/// in turn.
#[inline]
fn slot(page: u32) -> usize {
    const FAR: u32 = THREAD_HEAPS / PAGE_SIZE;
    match page.checked_sub(FAR) {
        None => 2 * page as usize,
        Some(page) => 2 * page as usize + 1,
    }
}

/// The bits of `state` for these bytes of a word.
fn bits(state: State, mask: u8) -> u8 {
    match state {
        State::Dead => 0,
        State::Fresh => mask,
        State::Written => mask | mask << 4,
    }
}

/// The bytes of the word at `word` (a multiple of 4) that lie in `from..to`.
fn mask(word: u64, from: u64, to: u64) -> u8 {
    let first = from.saturating_sub(word).min(4) as u32;
    let last = to.saturating_sub(word).min(4) as u32;
    ((1u32 << last) - (1 << first)) as u8
}

impl HeapMap {
    #[inline]
    fn word(&self, address: u32) -> u8 {
        match self.pages.get(slot(address / PAGE_SIZE)) {
            Some(Page::Mixed(words)) => words[address as usize / 4 % PAGE_WORDS],
            Some(Page::Uniform(state)) => *state,
            None => 0,
        }
    }

    /// Are these bytes live and written, so that an access changes and shows nothing? Only for
    /// accesses inside one word; others: `false`, and the caller looks closer.
    #[inline]
    pub(crate) fn is_settled(&self, address: u32, size: u32) -> bool {
        let byte = address & 3;
        if size > 4 - byte {
            return false;
        }
        let mask = (((1u32 << size) - 1) << byte) as u8;
        let want = mask | mask << 4;
        self.word(address) & want == want
    }

    /// Address of the first byte of a range whose state is one of `wanted`.
    pub(crate) fn find(&self, start: u32, size: u32, wanted: &[State]) -> Option<u32> {
        (0..size).find_map(|offset| {
            let address = start.checked_add(offset)?;
            wanted.contains(&self.state(address)).then_some(address)
        })
    }

    /// The state of one byte.
    pub(crate) fn state(&self, address: u32) -> State {
        let state = self.word(address) >> (address & 3);
        match (state & 1, state >> 4 & 1) {
            (0, _) => State::Dead,
            (_, 0) => State::Fresh,
            _ => State::Written,
        }
    }

    /// Mixes in which bytes are live and were never written.
    pub(crate) fn mix_fresh(&self, mixer: &mut Mixer) {
        const LIVE: u64 = 0x0f0f_0f0f_0f0f_0f0f;
        let fresh = |states: u64| states & !(states >> 4) & LIVE;
        for (number, page) in self.pages.iter().enumerate() {
            let mut add = |part: u64, states: u64| {
                if fresh(states) != 0 {
                    mixer.add((number as u64) << 32 | part);
                    mixer.add(fresh(states));
                }
            };
            match page {
                Page::Uniform(state) => add(PAGE_WORDS as u64, u64::from(*state)),
                Page::Mixed(words) => {
                    for (part, eight) in words.chunks_exact(8).enumerate() {
                        let states = eight.try_into().map(u64::from_le_bytes);
                        add(part as u64, states.expect("chunks of eight bytes"));
                    }
                }
            }
        }
    }

    /// Puts a range of bytes into a state.
    pub(crate) fn set(&mut self, start: u32, size: u32, state: State) {
        let (from, to) = (u64::from(start), u64::from(start) + u64::from(size));
        let to = to.min(1 << 32);
        let page_size = u64::from(PAGE_SIZE);
        let mut at = from;
        while at < to {
            let page = at / page_size;
            let end = to.min((page + 1) * page_size);
            self.set_in(page, at, end, state);
            at = end;
        }
    }

    /// The bytes `from..to` are in one page.
    fn set_in(&mut self, page: u64, from: u64, to: u64, state: State) {
        let number = slot(page as u32);
        if self.pages.len() <= number {
            self.pages.resize(number + 1, Page::Uniform(0));
        }
        let page = &mut self.pages[number];
        if to - from == u64::from(PAGE_SIZE) {
            *page = Page::Uniform(bits(state, 0xf));
            return;
        }
        let words = match page {
            Page::Mixed(words) => words,
            Page::Uniform(all) => {
                *page = Page::Mixed(Box::new([*all; PAGE_WORDS]));
                let Page::Mixed(words) = page else { return };
                words
            }
        };
        let mut word = from & !3;
        while word < to {
            let mask = mask(word, from, to);
            let old = &mut words[word as usize / 4 % PAGE_WORDS];
            *old = *old & !(mask | mask << 4) | bits(state, mask);
            word += 4;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_at_the_edges_of_words_and_pages() {
        let mut map = HeapMap::default();
        map.set(4093, 8, State::Fresh);
        assert_eq!(map.state(4092), State::Dead);
        assert_eq!(map.state(4093), State::Fresh);
        assert_eq!(map.state(4100), State::Fresh);
        assert_eq!(map.state(4101), State::Dead);
        map.set(4096, 1, State::Written);
        assert!(map.is_settled(4096, 1));
        assert!(!map.is_settled(4096, 2));
        assert_eq!(map.find(4093, 8, &[State::Written]), Some(4096));
        assert_eq!(map.find(4097, 4, &[State::Written, State::Dead]), None);
    }

    #[test]
    fn a_huge_block_costs_no_memory_and_the_end_of_memory_is_no_panic() {
        let mut map = HeapMap::default();
        map.set(0x1_0000, 0x3000_0000, State::Fresh);
        assert_eq!(map.state(0x1_0000 + 0x2fff_ffff), State::Fresh);
        assert!(
            map.pages
                .iter()
                .all(|page| matches!(page, Page::Uniform(_)))
        );
        map.set(u32::MAX - 1, 100, State::Written);
        assert_eq!(map.state(u32::MAX), State::Written);
    }
}
