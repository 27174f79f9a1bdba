//! `sim build`: a C program as a static RV32IMA ELF file.

use std::process::ExitCode;

use crate::arguments::BuildOptions;
use crate::{Failure, load};

/// Compiles and writes.
pub fn build(options: &BuildOptions) -> Result<ExitCode, Failure> {
    let (scenario, _) = load::load(&options.files, &[], &options.compiler)?;
    let [program] = scenario.config.programs.as_slice() else {
        return Err(Failure::new(
            "`sim build` makes one program: name its C files",
        ));
    };
    let bytes = sim_cc::back::write_elf(&program.image);
    std::fs::write(&options.output, bytes).map_err(|error| {
        Failure::new(format!(
            "cannot write `{}`: {error}",
            options.output.display()
        ))
    })?;
    make_executable(&options.output);
    Ok(ExitCode::SUCCESS)
}

/// So that `qemu-riscv32 x.elf` and binfmt accept it; a file system that knows no such bit is fine too.
#[cfg(unix)]
fn make_executable(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755));
}

#[cfg(not(unix))]
fn make_executable(_: &std::path::Path) {}
