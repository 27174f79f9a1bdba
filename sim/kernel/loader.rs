//! Loading a program: its segments into an address space, its arguments onto the stack.
//!
//! The stack starts as the RISC-V psABI and Linux want it: `argc`, the `argv` pointers, NULL, the
//! environment's pointers, NULL, an empty auxiliary vector; the strings above. All registers are 0 but `sp`.
//! Processes of one program share the frames of read-only segments: one text.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use sim_abi::Image;
use sim_abi::image::Permissions;
use sim_abi::layout::{MAIN_STACK_SIZE, PAGE_SIZE, STACK_TOP};
use sim_machine::{FrameId, Sharing};

use crate::space::{AddressSpace, AreaKind};
use crate::world::World;

/// Most bytes of arguments and environment.
pub const ARGUMENTS_MAX: usize = 1 << 20;

impl World {
    /// A fresh address space with the program in it, and the stack pointer to start with. `None`: the
    /// arguments are too long.
    pub(crate) fn load(
        &mut self,
        image: &Arc<Image>,
        args: &[Vec<u8>],
        env: &[Vec<u8>],
    ) -> Option<(AddressSpace, u32)> {
        let strings: usize = args.iter().chain(env).map(|s| s.len() + 1).sum();
        if strings > ARGUMENTS_MAX {
            return None;
        }
        let id = self.memory.create_space();
        let mut space = AddressSpace::new(id);
        let twin = self.running_twin(image);
        for (page, permissions) in image_pages(image) {
            let frame = twin
                .filter(|_| !permissions.write)
                .and_then(|twin| self.memory.page(twin, page))
                .filter(|p| p.permissions == permissions && p.sharing == Sharing::Private)
                .map(|p| p.frame);
            let frame = match frame {
                Some(frame) => {
                    self.memory.retain(frame);
                    frame
                }
                None => self.fill_frame(image, page),
            };
            self.memory
                .map(id, page, frame, permissions, Sharing::Private);
            if space.area_of(page).is_none() {
                space.add(page * PAGE_SIZE, PAGE_SIZE, permissions, AreaKind::Image);
            }
        }
        let end = image
            .segments
            .iter()
            .map(|s| s.address + s.size)
            .max()
            .unwrap_or(0);
        space.heap_start = end.next_multiple_of(PAGE_SIZE);
        space.heap_end = space.heap_start;
        let bottom = STACK_TOP - MAIN_STACK_SIZE;
        space.add(
            bottom,
            MAIN_STACK_SIZE,
            Permissions::RW,
            AreaKind::MainStack,
        );
        let (sp, bytes) = initial_stack(args, env);
        for page in sp / PAGE_SIZE..STACK_TOP / PAGE_SIZE {
            let frame = self.memory.new_frame();
            let from = (page * PAGE_SIZE).max(sp);
            let part = &bytes[(from - sp) as usize..];
            let size = part.len().min((PAGE_SIZE - from % PAGE_SIZE) as usize);
            self.memory
                .write_frame(frame, from % PAGE_SIZE, &part[..size]);
            self.memory
                .map(id, page, frame, Permissions::RW, Sharing::Private);
        }
        self.memory.load_code(id, image.entry);
        Some((space, sp))
    }

    /// The address space of a process that runs the same program.
    fn running_twin(&self, image: &Arc<Image>) -> Option<sim_machine::SpaceId> {
        self.processes
            .values()
            .find(|p| p.status.is_none() && p.image.as_ref().is_some_and(|i| Arc::ptr_eq(i, image)))
            .map(|p| p.space.id)
    }

    fn fill_frame(&mut self, image: &Image, page: u32) -> FrameId {
        let frame = self.memory.new_frame();
        let (start, end) = (page * PAGE_SIZE, page * PAGE_SIZE + PAGE_SIZE);
        for segment in &image.segments {
            let from = segment.address.max(start);
            let to = (segment.address + segment.bytes.len() as u32).min(end);
            if from < to {
                let bytes =
                    &segment.bytes[(from - segment.address) as usize..][..(to - from) as usize];
                self.memory.write_frame(frame, from - start, bytes);
            }
        }
        frame
    }
}

/// The pages of a program with what they may be used for: where segments of an ELF file share a page,
/// what any of them asks for.
fn image_pages(image: &Image) -> Vec<(u32, Permissions)> {
    let mut pages = alloc::collections::BTreeMap::<u32, Permissions>::new();
    for segment in image.segments.iter().filter(|s| s.size > 0) {
        for page in segment.address / PAGE_SIZE..=(segment.address + (segment.size - 1)) / PAGE_SIZE
        {
            let all = pages.entry(page).or_default();
            all.read |= segment.permissions.read;
            all.write |= segment.permissions.write;
            all.execute |= segment.permissions.execute;
        }
    }
    pages.into_iter().collect()
}

/// The bytes at the top of the first stack, and their address: the stack pointer.
fn initial_stack(args: &[Vec<u8>], env: &[Vec<u8>]) -> (u32, Vec<u8>) {
    let strings: u32 = args.iter().chain(env).map(|s| s.len() as u32 + 1).sum();
    let text = STACK_TOP - 16 - strings.next_multiple_of(16);
    let words = 1 + args.len() + 1 + env.len() + 1 + 2;
    let sp = (text - 4 * words as u32) & !15;
    let mut bytes = vec![0; (STACK_TOP - sp) as usize];
    let mut at = sp;
    let mut next = text;
    let mut word = |value: u32| {
        bytes[(at - sp) as usize..][..4].copy_from_slice(&value.to_le_bytes());
        at += 4;
    };
    word(args.len() as u32);
    for list in [args, env] {
        for string in list {
            word(next);
            next += string.len() as u32 + 1;
        }
        word(0);
    }
    let mut to = (text - sp) as usize;
    for string in args.iter().chain(env) {
        bytes[to..to + string.len()].copy_from_slice(string);
        to += string.len() + 1;
    }
    (sp, bytes)
}

/// Strings as a program gets them: no NUL inside.
pub(crate) fn c_strings<'a>(strings: impl Iterator<Item = &'a String>) -> Vec<Vec<u8>> {
    strings
        .map(|s| s.bytes().take_while(|b| *b != 0).collect())
        .collect()
}
