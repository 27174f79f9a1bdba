//! Diagnostics as rustc shows them, with an excerpt of the source; drawn by annotate-snippets.
//!
//! Never panics, whatever the spans: an excerpt is made only of the line that a span begins on, and
//! only if the span fits it.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use sim_abi::{Diagnostic, Severity, Span};

use crate::style::Style;

/// The text of a source file by its path, as it is in spans; lossy if it is not UTF-8.
pub type Sources<'a> = dyn Fn(&str) -> Option<Cow<'a, str>> + 'a;

/// A line longer than this is not shown.
const LINE_MAX: usize = 2000;

/// All of them, in their order, with a line that counts them.
pub fn diagnostics(list: &[Diagnostic], sources: &Sources, style: Style) -> String {
    let renderer = if style.color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut out = String::new();
    for diagnostic in list {
        out.push_str(&one(diagnostic, sources, &renderer));
        out.push_str("\n\n");
    }
    out
}

fn one(diagnostic: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(visible(&diagnostic.message));
    let mut group = Group::with_title(title);
    if !diagnostic.span.file.is_empty() {
        group = group.element(excerpt(
            &diagnostic.span,
            &diagnostic.label,
            AnnotationKind::Primary,
            sources,
        ));
    }
    let mut groups = Vec::new();
    let elsewhere = |(span, text): &(Span, String)| {
        let group = Group::with_title(Level::NOTE.secondary_title(visible(text)));
        match span.file.is_empty() {
            true => group,
            false => group.element(excerpt(span, "", AnnotationKind::Context, sources)),
        }
    };
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(visible(help)));
    }
    groups.push(group);
    groups.extend(diagnostic.notes.iter().map(elsewhere));
    renderer.render(&groups)
}

/// Control characters that would disturb a terminal are shown as `�`.
fn visible(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() && c != '\n' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

/// The line that the span begins on, underlined; or only its place, if there is no such line.
fn excerpt<'a>(span: &Span, label: &str, kind: AnnotationKind, sources: &Sources) -> Element<'a> {
    if let Some((text, start, end)) = line_of(span, sources) {
        let label = (!label.is_empty()).then(|| visible(label));
        let annotation = kind.span(start..end).label(label);
        return Snippet::source(text)
            .line_start(span.line as usize)
            .path(span.file.clone())
            .annotation(annotation)
            .into();
    }
    let mut origin = Origin::path(span.file.clone());
    if span.line > 0 {
        origin = origin
            .line(span.line as usize)
            .char_column(span.column.max(1) as usize);
    }
    origin.into()
}

/// The text of the span's first line, and the span in it.
fn line_of(span: &Span, sources: &Sources) -> Option<(String, usize, usize)> {
    if span.line == 0 {
        return None;
    }
    let source = sources(&span.file)?;
    let before = source.get(..span.start)?;
    let line_start = before.rfind('\n').map_or(0, |n| n + 1);
    let rest = &source[line_start..];
    let line = rest.split('\n').next().unwrap_or("").trim_end_matches('\r');
    let start = span.start - line_start;
    // The place must be the one that line and column say, or the excerpt would mislead.
    let same_line = before.matches('\n').count() + 1 == span.line as usize;
    if !same_line || start > line.len() || line.len() > LINE_MAX {
        return None;
    }
    let end = span.end.saturating_sub(line_start).clamp(start, line.len());
    let end = (end..=line.len()).find(|&e| line.is_char_boundary(e))?;
    Some((line.to_string(), start, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    const SOURCE: &str = "int main(void) {\n    retrun 0;\n}\n";

    fn sources(path: &str) -> Option<Cow<'static, str>> {
        (path == "a.c").then_some(Cow::Borrowed(SOURCE))
    }

    fn span(start: usize, end: usize, line: u32, column: u32) -> Span {
        Span {
            file: "a.c".into(),
            start,
            end,
            line,
            column,
        }
    }

    #[test]
    fn the_place_is_underlined() {
        let d = Diagnostic::error(span(21, 27, 2, 5), "unknown name `retrun`")
            .label("did you mean `return`?")
            .note(span(4, 8, 1, 5), "in this function")
            .help("keywords are lower case");
        let text = diagnostics(&[d], &sources, Style::PLAIN);
        assert!(text.contains("error: unknown name `retrun`"), "{text}");
        assert!(text.contains("--> a.c:2:5"), "{text}");
        assert!(text.contains("2 |     retrun 0;"), "{text}");
        assert!(text.contains("^^^^^^ did you mean `return`?"), "{text}");
        assert!(text.contains("a.c:1:5"), "{text}");
        assert!(text.contains("help: keywords are lower case"), "{text}");
    }

    proptest::proptest! {
        #[test]
        fn no_span_panics(start in 0usize..60, end in 0usize..60, line in 0u32..6, column in 0u32..40, source in ".*") {
            let d = Diagnostic::error(span(start, end, line, column), "m").label("l");
            let text = diagnostics(core::slice::from_ref(&d), &|_| Some(Cow::Owned(source.clone())), Style { color: true });
            assert!(text.contains("m"));
            let none = diagnostics(&[d], &|_| None, Style::PLAIN);
            assert!(none.contains("a.c"), "{}", format!("{none}"));
        }
    }
}
