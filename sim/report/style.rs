//! Colours, or none. Few and calm: red for what is wrong, yellow for waiting, the rest by weight.

use alloc::format;
use alloc::string::{String, ToString};
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
        let bold = anstyle::Style::new().effects(Effects::BOLD);
        let foreground =
            |color: AnsiColor| anstyle::Style::new().fg_color(Some(Color::Ansi(color)));
        let style = match paint {
            Paint::Plain => anstyle::Style::new(),
            Paint::Strong => bold,
            Paint::Faint => anstyle::Style::new().effects(Effects::DIMMED),
            Paint::Bad => bold.fg_color(Some(Color::Ansi(AnsiColor::Red))),
            Paint::Warn => foreground(AnsiColor::Yellow),
            Paint::Good => foreground(AnsiColor::Green),
        };
        if !self.color || paint == Paint::Plain || text.is_empty() {
            return text.to_string();
        }
        format!("{style}{text}{style:#}")
    }
}
