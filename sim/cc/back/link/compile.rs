//! One function from the tree to machine code without addresses.

use crate::back::assemble::{Assembly, Object};
use crate::back::code::{Code, SlotId};
use crate::back::emit::emit;
use crate::back::frame::Frame;
use crate::back::generate::generate;
use crate::back::jump::hand_written;
use crate::back::registers::allocate;
use crate::back::symbols::Definition;
use crate::tree::{self, Unit};
use alloc::vec::Vec;
use sim_abi::image::FrameLocal;

/// A compiled function. `_start` has no definition and no assembly.
pub(super) struct Compiled {
    pub definition: Option<Definition>,
    pub assembly: Option<(Assembly, u32)>,
    pub object: Object,
    pub frame_size: u32,
    pub ra_offset: Option<u32>,
    pub frame_address: Option<u32>,
    pub locals: Vec<FrameLocal>,
    pub address: u32,
}

impl Compiled {
    /// Takes the code of `setjmp` and its like instead of what the library's C says.
    pub fn replace_by_hand(&mut self, unit: &Unit, function: &tree::Function) {
        let name = unit.symbols.get(function.symbol.0 as usize);
        let object = name.and_then(|s| hand_written(&s.name, function.place));
        if let Some(object) = object {
            self.object = object;
            self.assembly = None;
            self.frame_size = 0;
            self.ra_offset = None;
            self.frame_address = None;
            self.locals.clear();
        }
    }
}

/// Compiles one function up to assembler items.
pub(super) fn compile(unit: &Unit, function: &tree::Function, small_tls: bool) -> Compiled {
    let code = generate(unit, function, small_tls);
    let allocation = allocate(&code);
    let frame = Frame::new(&code, &allocation);
    let assembly = emit(&code, &allocation, &frame);
    let labels = code.labels + 1;
    Compiled {
        definition: None,
        object: assembly.assemble(labels, false),
        assembly: Some((assembly, labels)),
        frame_size: frame.size,
        ra_offset: frame.saved_return,
        frame_address: frame.address,
        locals: frame_locals(function, &code, &frame),
        address: 0,
    }
}

fn frame_locals(function: &tree::Function, code: &Code, frame: &Frame) -> Vec<FrameLocal> {
    let mut locals: Vec<FrameLocal> = Vec::new();
    for (n, slot) in code.slots.iter().enumerate() {
        let local = slot.local.and_then(|l| function.locals.get(l as usize));
        if let Some(local) = local.filter(|l| !l.name.is_empty()) {
            locals.push(FrameLocal {
                name: local.name.clone(),
                type_name: local.type_name.clone(),
                offset: frame.slot(SlotId(n as u32)),
                size: slot.size,
            });
        }
    }
    locals
}
