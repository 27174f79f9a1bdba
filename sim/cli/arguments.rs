//! The command line: each flag is defined once, here.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::picture::Picture;

/// A small, complete, deterministic computer: runs C programs, shows what the kernel did and why.
#[derive(Parser)]
#[command(name = "sim", version, disable_help_subcommand = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Run a scenario or a program: what happened, and what went wrong
    Run(RunOptions),
    /// Look at every interleaving: a proof, or the shortest way to what is wrong
    Check(CheckOptions),
    /// Show a program as the machine sees it: memory map, symbols, source and instructions
    Dump(DumpOptions),
    /// Compile a program to a static RV32IMA ELF file
    Build(BuildOptions),
    /// Explain a verdict or a warning
    Explain(ExplainOptions),
    /// Print the JSON Schema of the scenario file
    Schema,
    /// A preprocessor for mdBook: shows runs in the pages of the book
    Mdbook(MdbookOptions),
}

#[derive(Args)]
pub struct RunOptions {
    /// A scenario (.toml), the C files of one program, or an RV32IMA ELF file
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Arguments of the program
    #[arg(last = true, value_name = "ARGS")]
    pub args: Vec<String>,
    #[command(flatten)]
    pub compiler: CompilerOptions,
    /// Number of cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub cores: Option<u16>,
    /// Length of a time slice in ticks
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub quantum: Option<u64>,
    /// Where all randomness comes from
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How much to tell
    #[arg(long, value_enum, default_value_t = Trace::Events)]
    pub trace: Trace,
    /// Replay a schedule that `sim check --save` has written
    #[arg(long, value_name = "SCHEDULE", conflicts_with_all = ["cores", "quantum", "seed"])]
    pub schedule: Option<PathBuf>,
    /// For people or for machines
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Draw a picture too: timeline, memory or waits; memory@TICK, timeline@FROM-TO
    #[arg(long, value_name = "KIND[@TICK]=FILE")]
    pub svg: Vec<Picture>,
    /// Show the registers of every thread at this tick, too
    #[arg(long, value_name = "TICK", conflicts_with = "schedule")]
    pub registers: Option<u64>,
    /// Plain text, even on a terminal
    #[arg(long)]
    pub no_color: bool,
}

#[derive(Args)]
pub struct CheckOptions {
    /// A scenario (.toml), the C files of one program, or an RV32IMA ELF file
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Arguments of the program
    #[arg(last = true, value_name = "ARGS")]
    pub args: Vec<String>,
    #[command(flatten)]
    pub compiler: CompilerOptions,
    /// Who makes the choices: each state once, each interleaving, walks at random [default: states]
    #[arg(long, value_name = "NAME", value_parser = ["states", "dpor", "dfs", "random", "pct"])]
    pub strategy: Option<String>,
    /// States to visit at most [default: 10 000 000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_states: Option<u64>,
    /// Executions to make at most [default: 10 000 for random and pct]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_executions: Option<u64>,
    /// Steps of one execution at most [default: 100 000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_steps: Option<u64>,
    /// Stop after so many seconds
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<u64>,
    /// Where random walks come from
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Try only executions with so many preemptions at most
    #[arg(long, value_name = "N")]
    pub preemptions: Option<u64>,
    /// Worker threads, as many as processors by default; the result is the same for any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Make every step of every state, also where others show the same (`states`)
    #[arg(long)]
    pub no_reduction: bool,
    /// For people or for machines
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Write the counterexample's schedule to a file, for `sim run --schedule`
    #[arg(long, value_name = "SCHEDULE")]
    pub save: Option<PathBuf>,
    /// Tell time and memory too
    #[arg(long)]
    pub stats: bool,
    /// Plain text, even on a terminal
    #[arg(long)]
    pub no_color: bool,
}

#[derive(Args)]
pub struct CompilerOptions {
    /// Look for #include files in this folder too
    #[arg(short = 'I', value_name = "DIR")]
    pub include: Vec<PathBuf>,
    /// Define a macro
    #[arg(short = 'D', value_name = "NAME[=VALUE]")]
    pub define: Vec<String>,
}

#[derive(Args)]
pub struct DumpOptions {
    /// The C files of one program, or an RV32IMA ELF file
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub compiler: CompilerOptions,
    /// Plain text, even on a terminal
    #[arg(long)]
    pub no_color: bool,
}

#[derive(Args)]
pub struct BuildOptions {
    /// The C files of one program
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub compiler: CompilerOptions,
    /// The ELF file to write
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

#[derive(Args)]
pub struct ExplainOptions {
    /// A verdict or a warning, as reports name it; without one: the list
    pub topic: Option<String>,
}

#[derive(Args)]
pub struct MdbookOptions {
    #[command(subcommand)]
    pub command: Option<MdbookCommand>,
}

#[derive(Subcommand)]
pub enum MdbookCommand {
    /// Say whether pages for this renderer can be made (mdBook asks)
    Supports {
        /// As mdBook calls it
        renderer: String,
    },
    /// Check every block of a book without mdBook
    Check {
        /// The folder with book.toml
        book: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Trace {
    /// Findings only
    None,
    /// What the kernel did
    Events,
    /// Each system call too
    Syscalls,
    /// Each memory access too
    Memory,
    /// Each instruction too
    Instructions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A report to read
    Text,
    /// One JSON object
    Json,
}
