//! The macros that are there before the first line (gcc's names, ilp32 RISC-V on Linux).

use super::super::lexer::Lexer;
use super::super::names::{self, Name};
use super::super::source::NO_FILE;
use super::super::token::{Kind, Location};
use super::Preprocessor;
use super::macros::Macro;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

/// Name and value, a line each.
const PREDEFINED: &str = include_str!("predefined.txt");

impl Preprocessor<'_, '_> {
    /// Defines the predefined macros and those of `-D`.
    pub fn define_predefined(&mut self) {
        for line in PREDEFINED.lines() {
            let (name, value) = line.split_once(' ').unwrap_or((line, ""));
            self.define_text(name, value);
        }
        let options = self.options;
        for (name, value) in &options.defines {
            self.define_text(name, value);
        }
        for name in [
            names::FILE__,
            names::BASE_FILE__,
            names::LINE__,
            names::COUNTER__,
        ] {
            self.set_macro(
                name,
                Macro {
                    at: Location {
                        file: NO_FILE,
                        ..Location::default()
                    },
                    parameters: None,
                    variadic: false,
                    body: Vec::new(),
                    special: true,
                },
            );
        }
    }

    fn define_text(&mut self, name: &str, value: &str) {
        let mut text = String::from(name);
        text.push(' ');
        text.push_str(value);
        let mut lexer = Lexer::new(text.as_bytes(), NO_FILE);
        let mut tokens = Vec::new();
        loop {
            let token = lexer.next(self.names);
            if token.kind == Kind::Eof {
                break;
            }
            tokens.push(token);
        }
        self.define(
            &tokens,
            Location {
                file: NO_FILE,
                ..Location::default()
            },
        );
    }

    /// Replaces or removes a definition.
    pub fn set_macro(&mut self, name: Name, definition: impl Into<Option<Macro>>) {
        self.set_macro_again(name, definition.into().map(Rc::new));
    }

    /// The same with a definition that there was before.
    pub fn set_macro_again(&mut self, name: Name, definition: Option<Rc<Macro>>) {
        let index = name.0 as usize;
        if self.macros.len() <= index {
            self.macros.resize(index + 1, None);
        }
        self.macros[index] = definition;
    }
}
