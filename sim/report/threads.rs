//! Where the time went: a table of the threads; for processes on paper also the Gantt chart and the
//! averages that textbooks ask for.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use sim_abi::record::{RunRecord, ThreadRecord};
use sim_abi::{CoreId, Tick};

use crate::columns::Table;
use crate::style::{Paint, Style};

/// More threads than this make no table that anybody reads.
const THREADS_MAX: usize = 40;
/// More parts than this make no chart that anybody reads.
const PARTS_MAX: usize = 40;

/// Length of a line of the chart, in characters.
const CHART_WIDTH: usize = 88;

/// Nothing but synthetic processes: a schedule on paper.
pub fn on_paper(record: &RunRecord) -> bool {
    record.instructions == 0 && !record.threads.is_empty()
}

/// The table of threads; empty if there are too many.
pub fn threads(record: &RunRecord, style: Style) -> String {
    if record.threads.len() > THREADS_MAX {
        return String::new();
    }
    let paper = on_paper(record);
    let heading = [
        "arrives",
        "first runs",
        "ends",
        "running",
        "ready",
        "blocked",
        "switches",
    ];
    let mut table = Table::default();
    table.left(Paint::Faint, "thread");
    for title in heading.into_iter().chain(paper.then_some("turnaround")) {
        table.right(Paint::Faint, title);
    }
    table.end();
    for thread in &record.threads {
        row(thread, paper, &mut table);
    }
    table.show(2, style)
}

fn row(thread: &ThreadRecord, paper: bool, table: &mut Table) {
    let tick = |tick: Option<Tick>| tick.map_or("–".to_string(), |t| t.to_string());
    let name = format_args!("{}/{}", thread.process, thread.name);
    table
        .left(Paint::Plain, name)
        .right(Paint::Plain, thread.arrival)
        .right(Paint::Plain, tick(thread.first_run))
        .right(Paint::Plain, tick(thread.finish))
        .right(Paint::Plain, thread.running)
        .right(Paint::Plain, thread.ready)
        .right(Paint::Plain, thread.blocked)
        .right(Paint::Plain, thread.switches);
    if paper {
        table.right(Paint::Plain, tick(turnaround(thread).map(Tick)));
    }
    table.end();
}

fn turnaround(thread: &ThreadRecord) -> Option<u64> {
    Some(thread.finish?.0.saturating_sub(thread.arrival.0))
}

/// Average waiting, turnaround and response time; empty if a thread has not ended.
pub fn averages(record: &RunRecord) -> String {
    let sum =
        |of: fn(&ThreadRecord) -> Option<u64>| record.threads.iter().map(of).sum::<Option<u64>>();
    let response = |t: &ThreadRecord| Some(t.first_run?.0.saturating_sub(t.arrival.0));
    let (Some(waiting), Some(turnaround), Some(response)) =
        (sum(|t| Some(t.ready)), sum(turnaround), sum(response))
    else {
        return String::new();
    };
    let n = record.threads.len() as u64;
    format!(
        "  average waiting time {} · turnaround {} · response {}\n",
        quotient(waiting, n),
        quotient(turnaround, n),
        quotient(response, n)
    )
}

/// `17/3 = 5.67`, or `5` if it divides.
fn quotient(sum: u64, n: u64) -> String {
    if n == 0 || sum.is_multiple_of(n) {
        return sum.checked_div(n).unwrap_or(0).to_string();
    }
    let hundredths = (u128::from(sum) * 200 + u128::from(n)) / (u128::from(n) * 2);
    format!("{sum}/{n} = {}.{:02}", hundredths / 100, hundredths % 100)
}

/// Who ran when, a line a core: `core 0   p1 0–4 │ p2 4–7`. Empty if that gets too long.
pub fn gantt(record: &RunRecord, style: Style) -> String {
    if record.timeline.len() > PARTS_MAX {
        return String::new();
    }
    let mut table = Table::default();
    for core in 0..record.cores.len() {
        let core = CoreId(u16::try_from(core).unwrap_or(u16::MAX));
        let spans = record.timeline.iter().filter(|s| s.core == core);
        let parts: Vec<String> = spans
            .map(|s| {
                let thread = record.threads.iter().find(|t| t.tid == s.thread);
                let name = if s.overhead {
                    "switch"
                } else {
                    thread.map_or("?", |t| t.process.as_str())
                };
                format!("{name} {}–{}", s.from, s.to)
            })
            .collect();
        let mut label = format!("core {core}");
        for line in lines(&parts) {
            table.left(Paint::Faint, core::mem::take(&mut label));
            table.left(Paint::Plain, line).end();
        }
    }
    table.show(2, style)
}

/// The parts side by side, in as many lines as that takes.
fn lines(parts: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if line.chars().count() + part.chars().count() + 3 <= CHART_WIDTH => {
                line.push_str(" │ ");
                line.push_str(part);
            }
            _ => lines.push(part.clone()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_charts_are_broken_between_parts() {
        let part = "p1 100–200".to_string();
        let all = lines(&core::array::from_fn::<_, 10, _>(|_| part.clone()));
        assert_eq!(all.len(), 2);
        assert_eq!(
            all[0].matches("p1").count() + all[1].matches("p1").count(),
            10
        );
        assert!(all.iter().all(|line| line.chars().count() <= CHART_WIDTH));
        assert_eq!(lines(core::slice::from_ref(&part)), [part]);
    }

    #[test]
    fn averages_are_exact_first() {
        assert_eq!(quotient(17, 3), "17/3 = 5.67");
        assert_eq!(quotient(18, 3), "6");
        assert_eq!(quotient(1, 8), "1/8 = 0.13");
    }
}
