//! Processes: numbers, parents, how they ended, how much memory they touched. Not part of the report of a run
//! (its JSON has it); pages of the book show it.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use sim_abi::record::{ProcessRecord, RunRecord};

use crate::columns::{Cell, left, right, table};
use crate::event::status_words;
use crate::style::{Paint, Style};

/// The table of processes.
pub fn processes(record: &RunRecord, style: Style) -> String {
    let mut rows = Vec::from([Vec::from([
        left(Paint::Faint, "process"),
        right(Paint::Faint, "pid"),
        right(Paint::Faint, "parent"),
        right(Paint::Faint, "pages"),
        right(Paint::Faint, "page faults"),
        left(Paint::Faint, "end"),
    ])]);
    rows.extend(record.processes.iter().map(row));
    table(&rows, 2, style)
}

fn row(process: &ProcessRecord) -> Vec<Cell> {
    let dash = || "–".to_string();
    let number = |number: String| right(Paint::Plain, number);
    Vec::from([
        left(Paint::Plain, process.name.clone()),
        number(process.pid.to_string()),
        number(process.parent.map_or_else(dash, |pid| pid.to_string())),
        number(process.pages_max.to_string()),
        number(process.page_faults.to_string()),
        left(Paint::Plain, process.status.map_or_else(dash, status_words)),
    ])
}
