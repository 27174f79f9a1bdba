//! The host's threads, for searches with several workers.

use std::num::NonZero;
use std::thread;
use std::time::Duration;

use sim_explore::workers::Workers;

/// A worker's stack, in bytes: as large as the first thread's.
const STACK: usize = 8 << 20;
/// How long a worker without work sleeps before it looks again.
const REST: Duration = Duration::from_micros(20);

/// So many threads, this one included.
pub struct Threads(pub usize);

impl Threads {
    /// As many as were asked for, or as the host has processors.
    pub fn asked(jobs: Option<u16>) -> Threads {
        let all = || thread::available_parallelism().map_or(1, NonZero::get);
        Threads(jobs.map_or_else(all, usize::from))
    }
}

impl Workers for Threads {
    fn count(&self) -> usize {
        self.0
    }

    fn run(&self, mine: &mut dyn FnMut(), others: &(dyn Fn(usize) + Sync)) {
        thread::scope(|scope| {
            for n in 1..self.0 {
                let builder = thread::Builder::new().stack_size(STACK);
                // Where the host gives no more threads, there are fewer workers.
                let _ = builder.spawn_scoped(scope, move || others(n));
            }
            mine();
        });
    }

    fn rest(&self) {
        thread::sleep(REST);
    }
}
