//! What lies where in a process's memory, with names: for pictures. Looks only.
//!
//! The regions are the program's segments and the areas of the address space; each stack has its guard
//! page under it. Items are the program's own: of the C library's data only live heap blocks show.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use sim_abi::Pid;
use sim_abi::image::{Image, Permissions, Symbol, SymbolKind};
use sim_abi::layout::{MAIN_GUARD, PAGE_SIZE};
use sim_abi::moment::{Item, MemoryMap, Owners, Region, ResidentPage};
use sim_machine::{Page, Sharing};

use crate::process::Process;
use crate::space::{Area, AreaKind};
use crate::thread::{State, ThreadKey};
use crate::world::World;

impl World {
    /// Processes that have memory, by pid.
    pub fn processes_with_memory(&self) -> impl Iterator<Item = Pid> + '_ {
        let alive = |pid: &Pid| {
            self.process(*pid)
                .is_some_and(|p| p.status.is_none() && p.image.is_some())
        };
        self.pids.keys().copied().filter(alive)
    }

    /// The memory map of a process; `None` if it has ended or is synthetic.
    pub fn memory_map(&self, pid: Pid) -> Option<MemoryMap> {
        let process = self.process(pid).filter(|p| p.status.is_none())?;
        let image = process.image.as_deref()?;
        let mut regions = segments(image);
        for area in process.space.areas.values() {
            regions.extend(self.area(process, area));
        }
        regions.sort_by_key(|r| r.start);
        let items = self.items(process, image);
        for region in &mut regions {
            self.fill(process, region, &items);
        }
        Some(MemoryMap {
            tick: self.now(),
            pid,
            process: process.name.to_string(),
            regions,
        })
    }

    /// An area that is no segment; under a stack, its guard page.
    fn area(&self, process: &Process, area: &Area) -> Vec<Region> {
        let (start, end) = (
            area.start * PAGE_SIZE,
            area.end.wrapping_mul(PAGE_SIZE).max(1),
        );
        let region = |start, end, permissions, name: String| Region {
            start,
            end,
            permissions,
            name,
            pages: Vec::new(),
            items: Vec::new(),
        };
        let guarded = |name: String| {
            let size = match area.kind {
                AreaKind::MainStack => MAIN_GUARD,
                _ => PAGE_SIZE,
            };
            let guard = start.saturating_sub(size);
            Vec::from([
                region(
                    guard,
                    start,
                    Permissions::default(),
                    "guard page".to_string(),
                ),
                region(start, end, area.permissions, name),
            ])
        };
        let plain =
            |name: &str| Vec::from([region(start, end, area.permissions, name.to_string())]);
        match area.kind {
            AreaKind::Image => Vec::new(),
            AreaKind::Heap => plain("heap"),
            AreaKind::Mapping { .. } => plain("mapping"),
            AreaKind::Shared(..) => plain("shared mapping"),
            AreaKind::MainStack => guarded(self.stack_name(process, None)),
            AreaKind::ThreadStack(slot) => guarded(self.stack_name(process, Some(slot))),
        }
    }

    fn stack_name(&self, process: &Process, slot: Option<u32>) -> String {
        let threads = process.threads.iter().map(|t| &self.threads[*t]);
        let mut owners =
            threads.filter(|thread| thread.stack_slot == slot && thread.state != State::Ended);
        owners
            .next()
            .map_or("stack, its thread has ended".into(), |thread| {
                format!("stack of {}", thread.name)
            })
    }

    /// Everything in the process that has a name, by address.
    fn items(&self, process: &Process, image: &Image) -> Vec<Item> {
        let item = |address, size, name: &str, type_name: &str| Item {
            address,
            size,
            name: name.to_string(),
            type_name: type_name.to_string(),
            value: None,
        };
        let functions = image.functions.iter().filter(|f| !f.library);
        let mut items: Vec<Item> = functions
            .map(|f| item(f.start, f.end - f.start, &format!("{}()", f.name), ""))
            .collect();
        let own = |s: &&Symbol| s.kind == SymbolKind::Object && !s.library;
        items.extend(
            image
                .symbols
                .iter()
                .filter(own)
                .map(|s| item(s.address, s.size, &s.name, &s.type_name)),
        );
        for (address, size) in &process.space.blocks {
            items.push(item(*address, *size, "heap block", ""));
        }
        for t in &process.threads {
            if self.threads[*t].state != State::Ended {
                self.own_items(*t, image, &mut items);
            }
        }
        for item in &mut items {
            item.value = self.value(process, item);
        }
        items.sort_by_key(|i| i.address);
        items
    }

    /// Thread-local variables and those on the stack.
    fn own_items(&self, t: ThreadKey, image: &Image, items: &mut Vec<Item>) {
        let thread = &self.threads[t];
        let tp = thread.registers.x[4];
        let locals = image
            .symbols
            .iter()
            .filter(|s| tp != 0 && s.kind == SymbolKind::ThreadLocal && !s.library);
        items.extend(locals.map(|s| Item {
            address: tp.wrapping_add(s.address),
            size: s.size,
            name: s.name.clone(),
            type_name: s.type_name.clone(),
            value: None,
        }));
        for frame in self.frames(t, self.exact_place(t)) {
            let function = image.function_at(frame.pc).filter(|f| !f.library);
            let Some(function) = function else { continue };
            items.extend(function.locals.iter().map(|l| Item {
                address: frame.sp.wrapping_add(l.offset),
                size: l.size,
                name: format!("{}::{}", function.name, l.name),
                type_name: l.type_name.clone(),
                value: None,
            }));
        }
    }

    /// The value of a variable that is a number or an address.
    fn value(&self, process: &Process, item: &Item) -> Option<u32> {
        let scalar = matches!(item.size, 1 | 2 | 4)
            && !item.type_name.is_empty()
            && !item.type_name.contains(['[', '{'])
            && !item.type_name.starts_with("struct")
            && !item.type_name.starts_with("union")
            && !matches!(item.type_name.as_str(), "float");
        let mut bytes = [0; 4];
        let part = bytes.get_mut(..item.size as usize).filter(|_| scalar)?;
        self.memory
            .read(process.space.id, item.address, part)
            .ok()?;
        let signed = !item.type_name.contains("unsigned");
        Some(match item.size {
            1 if signed => bytes[0] as i8 as u32,
            2 if signed => i16::from_le_bytes([bytes[0], bytes[1]]) as u32,
            _ => u32::from_le_bytes(bytes),
        })
    }

    fn fill(&self, process: &Process, region: &mut Region, items: &[Item]) {
        let last = region.end.wrapping_sub(1) / PAGE_SIZE;
        let numbers = region.start / PAGE_SIZE..=last;
        let pages = self.memory.pages(process.space.id);
        region.pages = pages
            .filter(|(number, _)| numbers.contains(number))
            .map(|(number, page)| ResidentPage {
                number,
                owners: self.owners(&page),
            })
            .collect();
        let within = |i: &&Item| {
            i.address >= region.start
                && i.address - region.start < region.end.wrapping_sub(region.start)
        };
        region.items = items.iter().filter(within).cloned().collect();
    }

    fn owners(&self, page: &Page) -> Owners {
        if page.sharing == Sharing::Shared {
            Owners::Shared
        } else if self.memory.references(page.frame) == 1 {
            Owners::One
        } else if page.permissions.write {
            Owners::CopyOnWrite
        } else {
            Owners::ReadOnly
        }
    }
}

/// The segments of a program.
fn segments(image: &Image) -> Vec<Region> {
    let nonempty = image.segments.iter().filter(|s| s.size > 0);
    nonempty
        .map(|s| Region {
            start: s.address,
            end: s.address.saturating_add(s.size),
            permissions: s.permissions,
            name: s.name.clone(),
            pages: Vec::new(),
            items: Vec::new(),
        })
        .collect()
}
