//! Names that must not be used twice.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use sim_abi::{Diagnostic, Span};

/// The names in use, and where each was first used.
#[derive(Default)]
pub struct Names(BTreeMap<String, Span>);

impl Names {
    /// Takes a name, or says who has it.
    pub fn claim(&mut self, name: &str, at: Span) -> Result<(), Box<Diagnostic>> {
        match self.0.get(name) {
            Some(first) => {
                let error = Diagnostic::error(at, format!("the name `{name}` is used twice"));
                Err(Box::new(error.note(first.clone(), "first used here")))
            }
            None => {
                self.0.insert(name.into(), at);
                Ok(())
            }
        }
    }
}
