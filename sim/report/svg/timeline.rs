//! The time line of the cores (a Gantt chart): a lane for each core, a colour for each thread, kernel
//! work hatched, idle time empty, findings as marks.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use sim_abi::record::{RunRecord, Span, ThreadRecord};
use sim_abi::{CoreId, Tid};

use super::canvas::{Canvas, colour, shortened, width};
use crate::threads::on_paper;

/// Width of the picture, and where the lanes begin and end.
const WIDTH: i64 = 760;
const LEFT: i64 = 64;
const RIGHT: i64 = 744;
const LANE: i64 = 34;
const TOP: i64 = 12;
/// More parts than this are not shown at once, unless a window is asked for.
const PARTS_MAX: usize = 240;
/// More cores make no picture that anybody reads.
const CORES_MAX: usize = 32;
/// More names make no legend.
const NAMES_MAX: usize = 24;

/// A range of ticks; the second is not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First tick.
    pub from: u64,
    /// One past the last.
    pub to: u64,
}

/// Draws it. Without a window: the whole run, or if that is long, the part around the first error, else
/// the beginning.
pub fn timeline(record: &RunRecord, window: Option<Window>) -> String {
    let window = clamped(window.unwrap_or_else(|| relevant(record)), record);
    let cores = record.cores.len().min(CORES_MAX);
    let shown: Vec<&Span> = record
        .timeline
        .iter()
        .filter(|s| s.to.0 > window.from && s.from.0 < window.to)
        .filter(|s| usize::from(s.core.0) < cores)
        .collect();
    let chart = Chart {
        record,
        window,
        colours: colours(&shown),
    };
    let mut canvas = Canvas::new();
    for core in 0..cores {
        chart.lane(&mut canvas, core, &shown);
    }
    let bottom = TOP + cores as i64 * LANE;
    chart.axis(&mut canvas, bottom);
    chart.findings(&mut canvas, bottom);
    let height = chart.legend(&mut canvas, bottom + 44);
    canvas.finish(WIDTH, height, &chart.about())
}

fn clamped(window: Window, record: &RunRecord) -> Window {
    let end = record.ticks.0.max(1);
    let from = window.from.min(end - 1);
    Window {
        from,
        to: window.to.clamp(from + 1, end),
    }
}

fn relevant(record: &RunRecord) -> Window {
    let (spans, end) = (&record.timeline, record.ticks.0);
    if spans.len() <= PARTS_MAX {
        return Window { from: 0, to: end };
    }
    let error = record.findings.iter().find(|f| f.kind.is_error());
    match error {
        Some(finding) => {
            let before = spans.partition_point(|s| s.from <= finding.tick);
            let first = before.saturating_sub(PARTS_MAX * 3 / 4);
            let last = (first + PARTS_MAX).min(spans.len());
            Window {
                from: spans[first].from.0,
                to: spans.get(last).map_or(end, |s| s.from.0),
            }
        }
        None => Window {
            from: 0,
            to: spans[PARTS_MAX].from.0,
        },
    }
}

/// Each thread that is shown, with its colour: by tid, so that a thread keeps it.
fn colours(shown: &[&Span]) -> BTreeMap<Tid, usize> {
    let mut colours: BTreeMap<Tid, usize> = shown.iter().map(|s| (s.thread, 0)).collect();
    for (index, colour) in colours.values_mut().enumerate() {
        *colour = index;
    }
    colours
}

struct Chart<'a> {
    record: &'a RunRecord,
    window: Window,
    colours: BTreeMap<Tid, usize>,
}

impl Chart<'_> {
    fn x(&self, tick: u64) -> i64 {
        let Window { from, to } = self.window;
        let offset = tick.clamp(from, to) - from;
        let pixels = u128::from(offset) * (RIGHT - LEFT) as u128 / u128::from(to - from);
        LEFT + pixels as i64
    }

    fn lane(&self, canvas: &mut Canvas, core: usize, shown: &[&Span]) {
        let y = TOP + core as i64 * LANE;
        canvas.text(8, y + 18, "f", &format!("core {core}"));
        let background = "fill:var(--soft)";
        canvas.rect((LEFT, y), (RIGHT - LEFT, LANE - 8), background, "");
        let core = CoreId(u16::try_from(core).unwrap_or(u16::MAX));
        let mut drawn = LEFT - 1;
        for span in shown.iter().filter(|s| s.core == core) {
            let (from, to) = (self.x(span.from.0), self.x(span.to.0));
            // What is narrower than a pixel is drawn once for each pixel.
            if to > drawn.max(from) || from > drawn {
                self.part(canvas, span, y, from, (to - from).max(1));
                drawn = to.max(from + 1);
            }
        }
    }

    fn part(&self, canvas: &mut Canvas, span: &Span, y: i64, from: i64, wide: i64) {
        let name = self.name(span.thread);
        let what = if span.overhead {
            "kernel work for "
        } else {
            ""
        };
        let tooltip = format!("{what}{name}, ticks {}–{}", span.from, span.to);
        let style = match (span.overhead, self.colours.get(&span.thread)) {
            (true, _) => "fill:url(#sim-hatch)".to_string(),
            (false, index) => {
                let edge = if wide > 3 { ";stroke:var(--paper)" } else { "" };
                format!("{}{edge}", colour(index.copied().unwrap_or(0)))
            }
        };
        canvas.rect((from, y), (wide, LANE - 8), &style, &tooltip);
        if !span.overhead && width(&name) + 4 <= wide {
            canvas.text(from + wide / 2, y + 18, "mid", &name);
        }
    }

    fn axis(&self, canvas: &mut Canvas, bottom: i64) {
        let Window { from, to } = self.window;
        let step = step(to - from);
        let mut tick = from.div_ceil(step) * step;
        while tick <= to {
            let x = self.x(tick);
            canvas.line(
                (x, TOP),
                (x, bottom),
                "stroke:var(--line);stroke-opacity:.5",
            );
            // A number in the middle of the last mark would leave the picture.
            let class = if x > RIGHT - 16 { "f s end" } else { "f s mid" };
            let at = if x > RIGHT - 16 { RIGHT + 12 } else { x };
            canvas.text(at, bottom + 14, class, &tick.to_string());
            tick += step;
        }
        canvas.text(8, bottom + 14, "f s", "tick");
    }

    /// Marks where errors were found.
    fn findings(&self, canvas: &mut Canvas, bottom: i64) {
        let Window { from, to } = self.window;
        let mut drawn = LEFT - 100;
        for finding in self.record.findings.iter().filter(|f| f.kind.is_error()) {
            let tick = finding.tick.0;
            let x = self.x(tick);
            if !(from..=to).contains(&tick) || x < drawn + 90 {
                continue;
            }
            drawn = x;
            let style = "stroke:var(--bad);stroke-width:2";
            canvas.line((x, TOP - 4), (x, bottom + 18), style);
            let (at, class) = if x > RIGHT - 100 {
                (x - 4, "bad s b end")
            } else {
                (x + 4, "bad s b")
            };
            let words = format!("{}, tick {tick}", finding.kind.name());
            canvas.text(at, bottom + 28, class, &words);
        }
    }

    /// Colours and names, in rows. The height of the picture.
    fn legend(&self, canvas: &mut Canvas, top: i64) -> i64 {
        let (mut x, mut y) = (LEFT, top);
        let mut entry = |style: &str, name: &str| {
            if x + width(name) + 30 > RIGHT {
                (x, y) = (LEFT, y + 22);
            }
            canvas.rect((x, y), (14, 14), style, "");
            canvas.text(x + 20, y + 12, "", name);
            x += width(name) + 36;
        };
        for (tid, index) in self.colours.iter().take(NAMES_MAX) {
            entry(&colour(*index), &self.name(*tid));
        }
        if self.colours.len() > NAMES_MAX {
            let more = self.colours.len() - NAMES_MAX;
            entry("fill:none", &format!("and {more} more"));
        }
        let overhead = self.record.timeline.iter().any(|s| s.overhead);
        if overhead {
            entry("fill:url(#sim-hatch)", "kernel");
        }
        let idle = self.record.cores.iter().any(|c| c.idle > 0);
        if idle {
            entry("fill:var(--soft);stroke:var(--line)", "idle");
        }
        let Window { from, to } = self.window;
        if from > 0 || to < self.record.ticks.0 {
            let all = self.record.ticks;
            canvas.text(
                LEFT,
                y + 38,
                "f s",
                &format!("ticks {from} to {to} of {all}"),
            );
            y += 24;
        }
        y + 26
    }

    /// As short as it can be: of one process its threads, of processes with one thread the processes.
    fn name(&self, tid: Tid) -> String {
        let find = |t: &&ThreadRecord| t.tid == tid;
        let Some(thread) = self.record.threads.iter().find(find) else {
            return format!("thread {tid}");
        };
        let mut others = self.record.threads.iter().filter(|t| t.tid != tid);
        let paper = on_paper(self.record);
        let name = if paper || others.clone().all(|t| t.pid != thread.pid) {
            match self.record.processes.len() {
                1 if !paper => thread.name.clone(),
                _ => thread.process.clone(),
            }
        } else if others.all(|t| t.pid == thread.pid) {
            thread.name.clone()
        } else {
            format!("{}/{}", thread.process, thread.name)
        };
        shortened(&name, 24)
    }

    fn about(&self) -> String {
        let Window { from, to } = self.window;
        let cores = self.record.cores.len();
        format!("Time line of {cores} cores, ticks {from} to {to}: which thread ran where and when")
    }
}

/// A round distance of marks that makes at most ten of them.
fn step(ticks: u64) -> u64 {
    let mut power = 1u64;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if ticks / step <= 10 {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_few() {
        assert_eq!(step(1), 1);
        assert_eq!(step(30), 5);
        assert_eq!(step(260), 50);
        assert_eq!(step(u64::MAX), 2_000_000_000_000_000_000);
    }
}
