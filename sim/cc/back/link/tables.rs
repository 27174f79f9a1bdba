//! The image's tables: functions with their frames, lines, symbols.

use super::Linker;
use super::compile::Compiled;
use crate::back::LinkInput;
use crate::back::symbols::{Definition, What, display_name};
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use sim_abi::Image;
use sim_abi::image::{Function, Line, Symbol, SymbolKind};

impl Linker<'_> {
    /// Adds a function to the image's tables.
    pub(super) fn describe(
        &self,
        image: &mut Image,
        function: &Compiled,
        unit: Option<LinkInput>,
        files: &mut Files,
    ) {
        let start = function.address;
        let size = function.object.words.len() as u32 * 4;
        let name = match function.definition {
            Some(d) => self.function_name(d),
            None => "_start".to_string(),
        };
        image.symbols.push(Symbol {
            address: start,
            size,
            name: name.clone(),
            type_name: String::new(),
            kind: SymbolKind::Function,
            library: function
                .definition
                .is_none_or(|d| self.units[d.unit].library),
        });
        for row in &function.object.rows {
            let file = unit
                .and_then(|u| u.unit.files.get(usize::from(row.place.file)))
                .map_or(0, |path| files.number(path));
            image.lines.push(Line {
                address: start + row.offset,
                file,
                line: row.place.line,
                column: row.place.column.min(u32::from(u16::MAX)) as u16,
                statement: row.statement,
            });
        }
        let body = &function.object.body;
        image.functions.push(Function {
            start,
            end: start + size,
            name,
            frame_size: function.frame_size,
            body: (function.frame_size > 0)
                .then(|| start + body.start..start + body.end)
                .into_iter()
                .collect(),
            ra_offset: function.ra_offset,
            frame_address: function.frame_address,
            locals: function.locals.clone(),
            library: unit.is_none_or(|u| u.library),
        });
    }

    fn function_name(&self, definition: Definition) -> String {
        let unit = self.units[definition.unit].unit;
        let What::Function(n) = definition.what else {
            return String::new();
        };
        let symbol = unit.symbols.get(unit.functions[n].symbol.0 as usize);
        symbol.map_or_else(String::new, |s| s.name.clone())
    }

    /// Adds the objects' symbols; sorts all.
    pub(super) fn name_objects(&self, image: &mut Image) {
        for (&definition, &address) in &self.addresses {
            let Some(data) = self.data(definition) else {
                continue;
            };
            let unit = self.units[definition.unit].unit;
            let symbol = unit.symbols.get(data.symbol.0 as usize);
            let Some(name) = symbol.and_then(|s| display_name(&s.name)) else {
                continue;
            };
            image.symbols.push(Symbol {
                address,
                size: data.size,
                name,
                type_name: data.type_name.clone(),
                kind: if self.symbols.is_thread_local(definition) {
                    SymbolKind::ThreadLocal
                } else {
                    SymbolKind::Object
                },
                library: self.units[definition.unit].library,
            });
        }
        image.symbols.sort_by(|a, b| {
            let key = |s: &Symbol| (s.address, s.kind as u8);
            key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
        });
    }
}

/// The source files of all units, each once.
#[derive(Default)]
pub(super) struct Files {
    pub names: Vec<Arc<str>>,
    numbers: BTreeMap<String, u16>,
}

impl Files {
    fn number(&mut self, path: &str) -> u16 {
        if let Some(&n) = self.numbers.get(path) {
            return n;
        }
        let n = self.names.len().min(usize::from(u16::MAX)) as u16;
        self.names.push(path.into());
        self.numbers.insert(path.to_string(), n);
        n
    }
}
