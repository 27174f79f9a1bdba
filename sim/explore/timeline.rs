//! What each core did when, for pictures: of a long run there is much of it, so it is written down only if
//! somebody asked for it, or as long as the run may still be a schedule on paper, which has a chart.

use alloc::vec::Vec;

use sim_abi::record::Span;

/// Parts that are told before the rest is left out.
const SPANS_MAX: usize = 1 << 20;

/// The cores' time lines.
pub struct Timeline {
    /// Somebody asked for it.
    wanted: bool,
    /// A program has executed an instruction.
    has_executed: bool,
    spans: Vec<Span>,
    told: usize,
    /// Of each core, its last span.
    last: Vec<usize>,
}

impl Timeline {
    /// Nothing has happened.
    pub fn new(wanted: bool) -> Timeline {
        Timeline {
            wanted,
            has_executed: false,
            spans: Vec::new(),
            told: 0,
            last: Vec::new(),
        }
    }

    /// Programs have executed so many instructions.
    pub fn executed(&mut self, instructions: u64) {
        self.has_executed = instructions > 0;
    }

    /// A core did this; neighbouring spans of one core and thread are one.
    pub fn span(&mut self, span: Span) {
        if self.has_executed && !self.wanted || self.told == SPANS_MAX {
            return;
        }
        self.told += 1;
        let core = usize::from(span.core.0);
        if self.last.len() <= core {
            self.last.resize(core + 1, usize::MAX);
        }
        match self.spans.get_mut(self.last[core]) {
            Some(last)
                if last.to == span.from
                    && last.thread == span.thread
                    && last.overhead == span.overhead =>
            {
                last.to = span.to;
            }
            _ => {
                self.last[core] = self.spans.len();
                self.spans.push(span);
            }
        }
    }

    /// By tick and core; empty if nobody wants it.
    pub fn finish(mut self) -> Vec<Span> {
        if self.has_executed && !self.wanted {
            return Vec::new();
        }
        self.spans.sort_by_key(|s| (s.from, s.core));
        self.spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_abi::{CoreId, Tick, Tid};

    /// Core 1 before core 0, which runs thread 1 in two parts that are one; `instructions` are executed.
    fn told(wanted: bool, instructions: u64) -> Vec<(u16, u64, u64)> {
        let mut timeline = Timeline::new(wanted);
        for (core, from, to) in [(1, 0, 2), (0, 0, 3), (0, 3, 5), (1, 4, 5)] {
            timeline.span(Span {
                core: CoreId(core),
                from: Tick(from),
                to: Tick(to),
                thread: Tid(1),
                overhead: false,
            });
            timeline.executed(instructions);
        }
        let spans = timeline.finish();
        let span = |s: &Span| (s.core.0, s.from.0, s.to.0);
        spans.iter().map(span).collect()
    }

    #[test]
    fn kept_if_wanted_or_on_paper() {
        let all = [(0, 0, 5), (1, 0, 2), (1, 4, 5)];
        assert_eq!(told(true, 7), all);
        assert_eq!(told(false, 0), all);
        assert_eq!(told(false, 7), []);
    }
}
