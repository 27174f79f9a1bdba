//! An SVG document in the making: escaped text, a few shapes, one style sheet.

use alloc::format;
use alloc::string::String;

/// Colours of threads; further threads begin anew.
pub const COLOURS: usize = 10;

/// Every colour is a variable, so that a page with themes of its own can set them.
const STYLE: &str = "\
.sim-svg{--ink:#1c1e21;--faint:#5c6370;--line:#b4bac4;--paper:#fff;--soft:#f1f3f6;--bad:#b3261e;--good:#1f6f3a;\
--c0:#a9caf6;--c1:#f8ca9a;--c2:#aee0b1;--c3:#d8bcf0;--c4:#9fdedd;--c5:#f6b8cd;--c6:#ebdf8d;--c7:#d9c6b3;--c8:#c3cdd9;--c9:#f3a892;\
font:13px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;color:var(--ink)}\
@media(prefers-color-scheme:dark){.sim-svg{--ink:#e8eaed;--faint:#a3abb8;--line:#5a616d;--paper:#1b1d21;--soft:#282b31;\
--bad:#ff8a80;--good:#7fd89b;--c0:#2c528c;--c1:#80501a;--c2:#2b6638;--c3:#5d4188;--c4:#1e6466;--c5:#863853;\
--c6:#695e16;--c7:#5f4c3b;--c8:#4a5563;--c9:#8f4330}}\
.sim-svg text{fill:var(--ink)}.sim-svg .f{fill:var(--faint)}.sim-svg .b{font-weight:600}\
.sim-svg .bad{fill:var(--bad)}.sim-svg .m{font-family:ui-monospace,'SF Mono',Menlo,Consolas,monospace;font-size:12px}\
.sim-svg .s{font-size:11px}.sim-svg .mid{text-anchor:middle}.sim-svg .end{text-anchor:end}";

/// Shapes and text so far.
#[derive(Clone, Debug, Default)]
pub struct Canvas {
    body: String,
}

impl Canvas {
    /// Nothing drawn.
    pub fn new() -> Canvas {
        Canvas::default()
    }

    /// A piece of SVG that is known to be well-formed.
    pub fn raw(&mut self, svg: &str) {
        self.body.push_str(svg);
    }

    /// Text with its baseline at `y`. `class`: of the style sheet.
    pub fn text(&mut self, x: i64, y: i64, class: &str, text: &str) {
        let text = escaped(text);
        self.raw(&format!(
            "<text x=\"{x}\" y=\"{y}\" class=\"{class}\">{text}</text>\n"
        ));
    }

    /// A rectangle with a tooltip; empty: none.
    pub fn rect(&mut self, at: (i64, i64), size: (i64, i64), style: &str, tooltip: &str) {
        let (x, y) = at;
        let (width, height) = size;
        let shape = format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" style=\"{style}\""
        );
        let shape = match tooltip {
            "" => format!("{shape}/>\n"),
            _ => format!("{shape}><title>{}</title></rect>\n", escaped(tooltip)),
        };
        self.raw(&shape);
    }

    /// A straight line.
    pub fn line(&mut self, from: (i64, i64), to: (i64, i64), style: &str) {
        let (x1, y1) = from;
        let (x2, y2) = to;
        self.raw(&format!(
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" style=\"{style}\"/>\n"
        ));
    }

    /// The document. `about` is what a person who cannot see it is told.
    pub fn finish(self, width: i64, height: i64, about: &str) -> String {
        let about = escaped(about);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"sim-svg\" role=\"img\" width=\"{width}\" \
             height=\"{height}\" viewBox=\"0 0 {width} {height}\" aria-label=\"{about}\">\n<style>{STYLE}</style>\n\
             <defs><pattern id=\"sim-hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate(45)\"><line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\" \
             style=\"stroke:var(--faint);stroke-width:3\"/></pattern>\
             <marker id=\"sim-arrow\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"8\" \
             markerHeight=\"8\" orient=\"auto-start-reverse\"><path d=\"M0 0L10 5L0 10z\" \
             style=\"fill:var(--ink)\"/></marker>\
             <marker id=\"sim-arrow-bad\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"8\" \
             markerHeight=\"8\" orient=\"auto-start-reverse\"><path d=\"M0 0L10 5L0 10z\" \
             style=\"fill:var(--bad)\"/></marker></defs>\n{}</svg>\n",
            self.body
        )
    }
}

/// The fill of a thread.
pub fn colour(index: usize) -> String {
    format!("fill:var(--c{})", index % COLOURS)
}

/// Text that may stand between tags and in attributes; control characters are shown as `�`.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// About how wide a text is, in a proportional font of 13 pixels.
pub fn width(text: &str) -> i64 {
    text.chars().count() as i64 * 7 + 2
}

/// At most so many characters, the last an ellipsis if something is missing.
pub fn shortened(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.into();
    }
    let mut short: String = text.chars().take(max.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_place() {
        assert_eq!(
            escaped("<a href=\"x\">&\u{1b}"),
            "&lt;a href=&quot;x&quot;&gt;&amp;\u{fffd}"
        );
        assert_eq!(shortened("counter", 7), "counter");
        assert_eq!(shortened("counter_of_all", 7), "counte…");
    }
}
