//! Flags that change a scenario's machine.

use sim_kernel::Config;

use crate::Failure;
use crate::arguments::RunOptions;

/// Applies `--cores`, `--quantum` and `--seed`.
pub fn apply(options: &RunOptions, config: &mut Config) -> Result<(), Failure> {
    config.cores = options.cores.unwrap_or(config.cores);
    config.quantum = options.quantum.unwrap_or(config.quantum);
    config.seed = options.seed.unwrap_or(config.seed);
    if config.jitter >= config.quantum {
        return Err(Failure::new(format!(
            "--quantum {} is not larger than the scenario's jitter, {}",
            config.quantum, config.jitter
        )));
    }
    let last = config.cores - 1;
    let homeless = config
        .processes
        .iter()
        .find(|p| p.affinity.iter().any(|&core| core > last));
    match homeless {
        Some(process) => Err(Failure::new(format!(
            "with --cores {} the last core is {last}, but the process `{}` may run on others",
            config.cores, process.name
        ))),
        None => Ok(()),
    }
}
