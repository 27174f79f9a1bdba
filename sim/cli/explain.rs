//! `sim explain`: a verdict or a warning in the words of a textbook.

use std::process::ExitCode;

use crate::arguments::ExplainOptions;
use crate::{Failure, terminal};

/// Prints the text of a topic, or the list of topics.
pub fn explain(options: &ExplainOptions) -> Result<ExitCode, Failure> {
    let text = match &options.topic {
        None => list(),
        Some(topic) => match sim_report::explain(&topic.to_lowercase()) {
            Some(text) => text.to_string(),
            None => {
                return Err(Failure::new(format!(
                    "there is no topic `{topic}`\n\n{}",
                    list()
                )));
            }
        },
    };
    terminal::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn list() -> String {
    let mut text = String::from("sim explain TOPIC, where TOPIC is one of\n\n");
    for (_, words) in sim_report::TOPICS {
        text.push_str(&format!("  {}\n", words.lines().next().unwrap_or("")));
    }
    text
}
