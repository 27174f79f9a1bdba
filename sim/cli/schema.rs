//! `sim schema`: the JSON Schema of the scenario file, for editors.

use std::process::ExitCode;

use crate::{Failure, terminal};

/// Prints it.
pub fn schema() -> Result<ExitCode, Failure> {
    terminal::print(&format!("{:#}\n", sim_scenario::schema()))?;
    Ok(ExitCode::SUCCESS)
}
