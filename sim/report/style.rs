//! Colours, or none. Few and calm: red for what is wrong, yellow for waiting, the rest by weight.

use alloc::format;
use alloc::string::String;
use core::fmt::Write;

use anstyle::{AnsiColor, Color, Effects};

/// How text is painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Style {
    /// With ANSI colours.
    pub color: bool,
}

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    /// Ordinary.
    Plain,
    /// A title, a message.
    Strong,
    /// Ticks, places, what one reads last.
    Faint,
    /// What is wrong.
    Bad,
    /// What is doubtful; waiting.
    Warn,
    /// What is as it should be; help.
    Good,
}

impl Style {
    /// No colours.
    pub const PLAIN: Style = Style { color: false };

    pub(crate) fn paint(self, paint: Paint, text: &str) -> String {
        let mut out = String::new();
        self.paint_into(paint, text, &mut out);
        out
    }

    /// The same, at the end of a text.
    pub(crate) fn paint_into(self, paint: Paint, text: &str, out: &mut String) {
        if !self.color || paint == Paint::Plain || text.is_empty() {
            out.push_str(text);
            return;
        }
        let style = ansi(paint);
        write!(out, "{style}{text}{style:#}").expect("a text takes all that is written into it");
    }

    /// What stands before and after a text that is painted so.
    pub(crate) fn marks(self, paint: Paint) -> (String, String) {
        match self.color {
            true => (format!("{}", ansi(paint)), format!("{:#}", ansi(paint))),
            false => (String::new(), String::new()),
        }
    }
}

fn ansi(paint: Paint) -> anstyle::Style {
    let bold = anstyle::Style::new().effects(Effects::BOLD);
    let foreground = |color: AnsiColor| anstyle::Style::new().fg_color(Some(Color::Ansi(color)));
    match paint {
        Paint::Plain => anstyle::Style::new(),
        Paint::Strong => bold,
        Paint::Faint => anstyle::Style::new().effects(Effects::DIMMED),
        Paint::Bad => bold.fg_color(Some(Color::Ansi(AnsiColor::Red))),
        Paint::Warn => foreground(AnsiColor::Yellow),
        Paint::Good => foreground(AnsiColor::Green),
    }
}
