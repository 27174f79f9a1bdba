//! `sim check`: every interleaving, or as many as the bounds allow. Time is measured here and nowhere else.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use sim_abi::Verdict;
use sim_abi::check::CheckRecord;
use sim_explore::check::{Options, StrategyKind};
use sim_explore::schedule;
use sim_explore::search::Tally;
use sim_report::CheckHeading;
use sim_scenario::Scenario;

use crate::arguments::{CheckOptions, Format};
use crate::workers::Threads;
use crate::{Failure, load, terminal};

/// Loads, checks, reports.
pub fn check(options: &CheckOptions) -> Result<ExitCode, Failure> {
    let start = Instant::now();
    let (scenario, loader) = load::load(&options.files, &options.args, &options.compiler)?;
    let asked = asked(options, &scenario)?;
    let mut progress = Progress::new(options, start);
    let workers = Threads::asked(options.jobs);
    let report = &mut |tally: &Tally| progress.report(tally);
    let record = sim_explore::check::check_with(&scenario.config, &asked, &workers, report);
    progress.clear();
    if let (Some(file), Some(way)) = (&options.save, &record.counterexample) {
        save(file, &schedule::write(&way.schedule))?;
    }
    let heading = CheckHeading {
        title: load::title(&scenario, &options.files),
        expected: scenario.expect.clone().unwrap_or_default().check,
        seconds: start.elapsed().as_secs_f64(),
        stats: options.stats,
    };
    let text = match options.format {
        Format::Json => sim_report::check_json(&heading, &record),
        Format::Text => {
            let style = terminal::style(options.no_color);
            sim_report::check(&heading, &record, &|name| loader.source(name), style)
        }
    };
    terminal::print(&text)?;
    Ok(exit_code(&heading, &record))
}

/// The command line decides, then the scenario, then the defaults.
pub fn asked(options: &CheckOptions, scenario: &Scenario) -> Result<Options, Failure> {
    let check = &scenario.check;
    let name = options.strategy.as_deref().or(check.strategy.as_deref());
    let strategy = match name {
        None => StrategyKind::default(),
        Some(name) => StrategyKind::from_name(name)
            .ok_or_else(|| Failure::new(format!("there is no strategy `{name}`")))?,
    };
    let default = Options::default();
    let expected = scenario.expect.as_ref().and_then(|e| e.outcomes.clone());
    Ok(Options {
        strategy,
        max_states: options
            .max_states
            .or(check.max_states)
            .unwrap_or(default.max_states),
        max_executions: options.max_executions,
        max_steps: options.max_steps,
        preemptions: options.preemptions.or(check.preemptions),
        seed: options.seed.unwrap_or(scenario.config.seed),
        reduction: !options.no_reduction,
        every_access: false,
        head_start: default.head_start,
        outcomes: check.outcomes.clone().or(expected),
    })
}

fn save(file: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(file, text)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", file.display())))
}

fn exit_code(heading: &CheckHeading, record: &CheckRecord) -> ExitCode {
    let good = match heading.as_expected(record) {
        Some(good) => good,
        None => record.verdict == Verdict::Ok,
    };
    ExitCode::from(u8::from(!good))
}

/// Keeps the time, and on a terminal shows how far the search has come.
struct Progress {
    start: Instant,
    timeout: Option<Duration>,
    /// It is shown, next then.
    next: Option<Instant>,
    shown: bool,
}

impl Progress {
    const PERIOD: Duration = Duration::from_millis(200);

    fn new(options: &CheckOptions, start: Instant) -> Progress {
        let on_terminal = std::io::stderr().is_terminal() && std::io::stdout().is_terminal();
        Progress {
            start,
            timeout: options.timeout.map(Duration::from_secs),
            next: on_terminal.then(|| start + Self::PERIOD),
            shown: false,
        }
    }

    /// `false`: the time is over.
    fn report(&mut self, tally: &Tally) -> bool {
        let now = Instant::now();
        if self.next.is_some_and(|next| now >= next) {
            self.next = Some(now + Self::PERIOD);
            self.shown = true;
            let rate = tally.transitions as f64 / (now - self.start).as_secs_f64() / 1000.0;
            let line = format!(
                "\r{} states, {} transitions ({rate:.0} thousand/s), depth {}, {} MiB\x1b[K",
                tally.states,
                tally.transitions,
                tally.depth,
                tally.memory_bytes >> 20,
            );
            terminal::complain(&line);
        }
        self.timeout
            .is_none_or(|timeout| now - self.start < timeout)
    }

    fn clear(&self) {
        if self.shown {
            terminal::complain("\r\x1b[K");
            let _ = std::io::stderr().flush();
        }
    }
}
