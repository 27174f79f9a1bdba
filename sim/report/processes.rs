//! Processes: numbers, parents, how they ended, how much memory they touched. Not part of the report of a run
//! (its JSON has it); pages of the book show it.

use alloc::string::{String, ToString};

use sim_abi::record::{ProcessRecord, RunRecord};

use crate::columns::Table;
use crate::event::status_words;
use crate::style::{Paint, Style};

/// The table of processes.
pub fn processes(record: &RunRecord, style: Style) -> String {
    let mut table = Table::default();
    table
        .left(Paint::Faint, "process")
        .right(Paint::Faint, "pid")
        .right(Paint::Faint, "parent")
        .right(Paint::Faint, "pages")
        .right(Paint::Faint, "page faults")
        .left(Paint::Faint, "end")
        .end();
    for process in &record.processes {
        row(process, &mut table);
    }
    table.show(2, style)
}

fn row(process: &ProcessRecord, table: &mut Table) {
    let dash = || "–".to_string();
    table
        .left(Paint::Plain, &process.name)
        .right(Paint::Plain, process.pid)
        .right(
            Paint::Plain,
            process.parent.map_or_else(dash, |pid| pid.to_string()),
        )
        .right(Paint::Plain, process.pages_max)
        .right(Paint::Plain, process.page_faults)
        .left(Paint::Plain, process.status.map_or_else(dash, status_words))
        .end();
}
