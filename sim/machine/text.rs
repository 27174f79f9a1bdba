//! Decoded text: instructions as the fast path wants them, made once for each run of executable pages.
//!
//! A text covers consecutive executable pages of one address space, within an aligned window of
//! 4 MiB. Address spaces that map the same frames at the same place use the same text: processes of
//! one program, and a fork. A store into a frame that is part of a text decodes the changed words
//! again; a change of executable pages drops the texts of that address space.

use crate::memory::{Bytes, FrameId, Memory};
use crate::operation::{Operation, predecode};
use crate::space::SpaceId;
use crate::store::word_of;
use crate::translation::{AccessKind, Miss};
use alloc::sync::Arc;
use alloc::vec::Vec;

/// Pages of a window.
const WINDOW: u32 = 1024;

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

    /// Keeps the text around `pc` for ever, decoded, with its frames: an explorer goes back to states
    /// before the end of the last process again and again.
    pub fn keep_code(&mut self, s: SpaceId, pc: u32) {
        if self.fetch(s, pc).is_err() {
            return;
        }
        let slot = self.spaces[s.0 as usize].text as usize;
        self.texts.slots[slot].users += 1;
        for frame in self.texts.slots[slot].frames.clone() {
            self.retain(frame);
        }
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
            None => self.decode_frames(s, base, frames),
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

    fn decode_frames(&mut self, s: SpaceId, base: u32, frames: Vec<FrameId>) -> u32 {
        let operations = (0..frames.len() * 1024)
            .map(|i| operation_at(&self.frames, base, &frames, i))
            .collect();
        for frame in &frames {
            self.meta[frame.0 as usize].texts += 1;
            self.drop_write_entries(s, *frame);
        }
        self.texts.insert(Text {
            base,
            operations,
            frames,
            users: 0,
        })
    }

    /// Words of a frame have changed: decodes them again wherever they are text.
    pub(crate) fn patch_texts(&mut self, frame: FrameId, first: u16, last: u16) {
        let Memory { texts, frames, .. } = self;
        for text in &mut texts.slots {
            for (page, _) in text.frames.iter().enumerate().filter(|(_, f)| **f == frame) {
                let operations = Arc::make_mut(&mut text.operations);
                // The one before may make a pair with the first.
                let from = (page * 1024 + usize::from(first)).saturating_sub(1);
                let to = page * 1024 + usize::from(last);
                for (i, operation) in (from..=to).zip(&mut operations[from..]) {
                    *operation = operation_at(frames, text.base, &text.frames, i);
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

/// Operation `i` of a text; the last one has no successor.
fn operation_at(bytes: &[Bytes], base: u32, frames: &[FrameId], i: usize) -> Operation {
    let word = |i: usize| {
        let frame = frames.get(i / 1024);
        frame.map_or(0, |f| word_of(&bytes[f.0 as usize], i % 1024))
    };
    predecode(word(i), word(i + 1), base.wrapping_add(i as u32 * 4))
}
