//! `sim run`: one run, what happened, and what went wrong.

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

use sim_abi::record::RunRecord;
use sim_abi::{Tick, Verdict};
use sim_explore::moment;
use sim_explore::run::TraceLevel;
use sim_explore::schedule::{self, Refusal};
use sim_kernel::Config;
use sim_report::{Heading, Part};
use sim_scenario::Scenario;

use crate::arguments::{Format, RunOptions, Trace};
use crate::picture::Kind;
use crate::{Failure, load, machine, picture, terminal};

/// Loads, runs, reports.
pub fn run(options: &RunOptions) -> Result<ExitCode, Failure> {
    let (mut scenario, loader) = load::load(&options.files, &options.args, &options.compiler)?;
    machine::apply(options, &mut scenario.config)?;
    let asked = sim_explore::run::Options {
        trace: level(options.trace),
        timeline: options.svg.iter().any(|p| p.kind == Kind::Timeline),
    };
    let record = match &options.schedule {
        Some(file) => replay(&scenario.config, file, asked.trace)?,
        None => sim_explore::run::run(&scenario.config, &asked),
    };
    picture::write(&options.svg, &scenario.config, &record)?;
    let heading = heading(&scenario, options);
    let registers = (options.registers).map(|tick| moment::registers(&scenario.config, Tick(tick)));
    match options.format {
        Format::Json => {
            terminal::print(&sim_report::json(&heading, &record, registers.as_deref()))?
        }
        Format::Text => {
            let style = terminal::style(options.no_color);
            let sources = |name: &str| loader.source(name);
            terminal::print_pieces(|out| {
                let parts = |wanted: &[Part], out: &mut dyn fmt::Write| {
                    sim_report::write(wanted, &heading, &record, &sources, style, out)
                };
                let Some(files) = &registers else {
                    return parts(&Part::ALL, out);
                };
                let (before, after) = Part::ALL.split_at(2);
                parts(before, out)?;
                write!(out, "\n{}\n", sim_report::registers(files, style))?;
                parts(after, out)
            })?;
        }
    }
    Ok(exit_code(&heading, &record))
}

/// Makes the choices in a file.
fn replay(config: &Config, file: &Path, level: TraceLevel) -> Result<RunRecord, Failure> {
    let refuse = |refusal| {
        let why = match refusal {
            Refusal::Malformed(line) => format!("line {line} is no line of a schedule"),
            Refusal::OtherProgram => "it was made for another program".to_string(),
            Refusal::OtherVersion(version) => format!("it was made by version {version}"),
            Refusal::Impossible(n) => format!("choice {n} is not possible here"),
        };
        Failure::new(format!("cannot replay {}: {why}", file.display()))
    };
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", file.display())))?;
    let schedule = schedule::read(&text).map_err(refuse)?;
    sim_explore::replay::replay(config, &schedule, level).map_err(refuse)
}

/// What the flag means.
pub fn level(trace: Trace) -> TraceLevel {
    match trace {
        Trace::None => TraceLevel::None,
        Trace::Events => TraceLevel::Events,
        Trace::Syscalls => TraceLevel::SystemCalls,
        Trace::Memory => TraceLevel::Memory,
        Trace::Instructions => TraceLevel::Instructions,
    }
}

/// What the report begins with.
pub fn heading(scenario: &Scenario, options: &RunOptions) -> Heading {
    let config = &scenario.config;
    let title = load::title(scenario, &options.files);
    let expect = scenario.expect.clone().unwrap_or_default();
    Heading {
        title,
        cores: config.cores,
        policy: config.policy.name().to_string(),
        quantum: config.quantum,
        seed: config.seed,
        expected: expect.run,
        expected_stdout: expect.stdout,
    }
}

fn exit_code(heading: &Heading, record: &RunRecord) -> ExitCode {
    let good = heading.as_expected(record).unwrap_or(true);
    let verdict = heading.expected.is_some() || record.verdict == Verdict::Ok;
    ExitCode::from(u8::from(!(good && verdict)))
}
