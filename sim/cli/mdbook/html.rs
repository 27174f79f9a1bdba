//! What a block shows as HTML. It stands in Markdown, so it is one line: an empty one would end it.

use super::block::Block;

/// A broken line goes on at this column at most, or it would have no room.
const COLUMN_MAX: usize = 20;

/// Something that a block shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text with ANSI colours whose columns matter: on a phone it is scrolled.
    Table(String),
    /// Text with ANSI colours whose lines may be broken where there is little room.
    Text(String),
    /// Lines of a file: number, text, set off.
    Lines(Vec<(usize, String, bool)>),
    /// A picture.
    Svg(String),
}

/// All that a block shows, and what is written under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// One below the other.
    pub pieces: Vec<Piece>,
    /// The command that shows the same.
    pub command: String,
    /// Words of the page's author.
    pub caption: Option<String>,
}

/// A figure.
pub fn figure(block: &Block, shown: &Shown) -> String {
    let pieces: String = shown.pieces.iter().map(piece).collect();
    let caption = match &shown.caption {
        Some(words) => escaped(words),
        None => format!("<code>{}</code>", escaped(&shown.command)),
    };
    let data = escaped(&block.json());
    format!(
        "<figure class=\"sim\" data-sim=\"{data}\">{pieces}<figcaption>{caption}</figcaption></figure>\n"
    )
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Table(text) => {
            let text = coloured(text.trim_end_matches('\n'));
            format!("<pre class=\"sim-text\" tabindex=\"0\">{text}</pre>")
        }
        Piece::Text(text) => {
            let rows = rows(text.trim_end_matches('\n'));
            format!("<pre class=\"sim-text\" tabindex=\"0\">{rows}</pre>")
        }
        Piece::Lines(lines) => {
            let lines: String = lines.iter().map(line).collect();
            format!("<pre class=\"sim-text sim-source\" tabindex=\"0\">{lines}</pre>")
        }
        Piece::Svg(svg) => {
            let svg = svg.replace('\n', "");
            format!("<div class=\"sim-picture\" tabindex=\"0\">{svg}</div>")
        }
    }
}

/// Each line by itself, with the column at which it goes on when it is broken: in a trace that of the events,
/// else a little further than it begins.
fn rows(text: &str) -> String {
    let mut events = None;
    let mut out = String::new();
    for line in text.split('\n') {
        let plain = without_colours(line);
        if plain.trim_start().starts_with("tick ") {
            events = plain.find("event");
        } else if plain.is_empty() {
            events = None;
        }
        let begins = plain.len() - plain.trim_start().len();
        let column = events.unwrap_or(begins + 2).min(COLUMN_MAX);
        let row = match events {
            Some(_) => whole_place(coloured(line)),
            None => coloured(line),
        };
        out.push_str(&format!(
            "<span class=\"sim-row\" style=\"--at:{column}ch\">{row}&#10;</span>"
        ));
    }
    out
}

/// A trace's line ends with the place in the source, which stands back: it is broken before, not inside.
fn whole_place(row: String) -> String {
    const FAINT: &str = "<span class=\"sim-faint\">";
    match row.rsplit_once(FAINT) {
        Some((before, place)) if place.contains(':') && !place.contains(' ') => {
            format!("{before}<span class=\"sim-faint sim-place\">{place}")
        }
        _ => row,
    }
}

fn line((number, text, set_off): &(usize, String, bool)) -> String {
    let class = if *set_off {
        "sim-line sim-mark"
    } else {
        "sim-line"
    };
    format!(
        "<span class=\"{class}\" data-line=\"{number}\">{}</span>&#10;",
        c_source(text)
    )
}

/// Comments and strings of a line of C stand back.
fn c_source(line: &str) -> String {
    let comment = ["/*", "//"].iter().filter_map(|mark| line.find(mark)).min();
    let inside = line.trim_start().starts_with("* ") || line.trim_start().starts_with("*/");
    match comment {
        _ if inside => format!("<span class=\"sim-faint\">{}</span>", escaped(line)),
        Some(at) if !line[..at].contains('"') => format!(
            "{}<span class=\"sim-faint\">{}</span>",
            escaped(&line[..at]),
            escaped(&line[at..])
        ),
        _ => escaped(line),
    }
}

/// Text that may stand between tags and in attributes; line ends as references.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            c => out.push(c),
        }
    }
    out
}

/// ANSI colours as classes.
fn coloured(text: &str) -> String {
    let mut out = String::new();
    let mut open = 0;
    for (index, part) in text.split("\u{1b}[").enumerate() {
        let (code, rest) = match index {
            0 => ("", part),
            _ => part.split_once('m').unwrap_or(("", part)),
        };
        let class = match code {
            "1" => Some("sim-strong"),
            "2" => Some("sim-faint"),
            "31" => Some("sim-bad"),
            "32" => Some("sim-good"),
            "33" => Some("sim-warn"),
            _ => None,
        };
        if let Some(class) = class {
            out.push_str(&format!("<span class=\"{class}\">"));
            open += 1;
        } else {
            out.push_str(&"</span>".repeat(open));
            open = 0;
        }
        out.push_str(&escaped(rest));
    }
    out.push_str(&"</span>".repeat(open));
    out
}

/// What a person reads, for finding words in it.
pub fn plain(piece: &Piece) -> String {
    match piece {
        Piece::Table(text) | Piece::Text(text) => without_colours(text),
        Piece::Lines(lines) => lines
            .iter()
            .map(|(_, text, _)| format!("{text}\n"))
            .collect(),
        Piece::Svg(svg) => {
            let texts = svg.split("<text").skip(1);
            let text = |t: &str| Some(t.split_once('>')?.1.split_once('<')?.0.to_string());
            let all: Vec<String> = texts.filter_map(text).collect();
            let all = all.join("\n");
            all.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&")
        }
    }
}

fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or("").to_string();
    parts.fold(first, |all, part| {
        all + part.split_once('m').map_or("", |(_, rest)| rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_become_classes() {
        let text = "\u{1b}[1m\u{1b}[31merror\u{1b}[0m: a < b\n\n";
        assert_eq!(
            coloured(text),
            "<span class=\"sim-strong\"><span class=\"sim-bad\">error</span></span>: a &lt; b&#10;&#10;"
        );
        assert_eq!(plain(&Piece::Text(text.into())), "error: a < b\n\n");
    }

    #[test]
    fn lines_know_where_they_go_on() {
        let text = "  tick  core\n  tick  event\n     0  \u{1b}[2mstarts\u{1b}[0m  \u{1b}[2ma.c:3\u{1b}[0m\n\n  error: x";
        let at = |column: usize, row: &str| {
            format!("<span class=\"sim-row\" style=\"--at:{column}ch\">{row}&#10;</span>")
        };
        let expected = [
            at(4, "  tick  core"),
            at(8, "  tick  event"),
            at(
                8,
                "     0  <span class=\"sim-faint\">starts</span>  <span class=\"sim-faint sim-place\">a.c:3</span>",
            ),
            at(2, ""),
            at(4, "  error: x"),
        ];
        assert_eq!(rows(text), expected.concat());
    }

    #[test]
    fn words_of_a_picture() {
        let svg = "<svg><style>.x</style><text x=\"1\">core 0</text><text>a&lt;b</text></svg>";
        assert_eq!(plain(&Piece::Svg(svg.into())), "core 0\na<b");
    }
}
