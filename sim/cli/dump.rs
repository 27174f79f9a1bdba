//! `sim dump`: a program as the machine sees it.

use std::process::ExitCode;

use crate::arguments::DumpOptions;
use crate::{Failure, load, terminal};

/// Compiles and shows.
pub fn dump(options: &DumpOptions) -> Result<ExitCode, Failure> {
    let (scenario, loader) = load::load(&options.files, &[], &options.compiler)?;
    let style = terminal::style(options.no_color);
    let mut text = String::new();
    for program in &scenario.config.programs {
        if scenario.config.programs.len() > 1 {
            text.push_str(&format!("== {} ==\n\n", program.name));
        }
        text.push_str(&sim_report::dump(
            &program.image,
            &|name| loader.source(name),
            style,
        ));
    }
    terminal::print(&text)?;
    Ok(ExitCode::SUCCESS)
}
