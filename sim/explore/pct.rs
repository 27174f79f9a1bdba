//! Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte: "A randomized scheduler
//! with a probabilistic guarantee of finding bugs", ASPLOS 2010).
//!
//! Each walk gives threads random priorities; the enabled thread with the highest moves. At d − 1 random
//! steps the priority of the thread that moves drops below all others. A bug of depth d in a program of
//! n threads and k steps is found by a walk with probability at least 1/(n·k^(d−1)).
//!
//! Deviations: k is the length of the longest walk so far, d is [`DEPTH`]; of several outcomes of one
//! operation each is as likely. A walk that comes back to a state where it has been goes on with new
//! priorities: the paper is about programs that end by any scheduler, and who waits in a loop for a thread
//! below it would go round for ever.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use sim_abi::Tid;
use sim_kernel::Enabled;

use crate::livelock::Livelock;
use crate::strategy::{Arrival, Arrived, Strategy};
use crate::walked::Walked;

/// The depth of bugs looked for: 1 + changes of priority in a walk.
pub const DEPTH: usize = 3;

/// Walks by priorities.
#[derive(Clone, Debug)]
pub struct Pct {
    seed: u64,
    random: ChaCha8Rng,
    walked: usize,
    /// Where the present walk has been.
    seen: Walked,
    /// The longest walk so far.
    steps_max: usize,
    priorities: BTreeMap<Tid, u64>,
    /// Steps at which a priority drops: the n-th to n.
    drops: Vec<usize>,
}

impl Pct {
    /// Walks by this seed.
    pub fn new(seed: u64) -> Pct {
        Pct {
            seed,
            random: ChaCha8Rng::seed_from_u64(seed),
            walked: 0,
            seen: Walked::default(),
            steps_max: 1,
            priorities: BTreeMap::new(),
            drops: Vec::new(),
        }
    }

    fn start_walk(&mut self) {
        self.priorities.clear();
        let steps = self.steps_max as u64;
        let random = &mut self.random;
        let drop = |_| (random.next_u64() % steps) as usize;
        self.drops = (1..DEPTH).map(drop).collect();
    }

    fn priority(&mut self, thread: Tid) -> u64 {
        let random = &mut self.random;
        // Above those that drops give.
        let fresh = || (random.next_u64() >> 1) + DEPTH as u64;
        *self.priorities.entry(thread).or_insert_with(fresh)
    }

    fn first(&mut self, enabled: &[Enabled]) -> Option<Tid> {
        let threads: Vec<Tid> = enabled.iter().map(|e| e.thread).collect();
        threads
            .into_iter()
            .max_by_key(|thread| (self.priority(*thread), *thread))
    }
}

impl Strategy for Pct {
    const GOES_BACK: bool = false;
    const WANTS_CHOICES: bool = true;
    type Rest = ();
    type Shared = ();

    fn name(&self) -> &'static str {
        "pct"
    }

    fn begin(&mut self) {
        *self = Pct::new(self.seed);
    }

    fn arrive(&mut self, at: &mut Arrival) -> Arrived {
        if self.seen.arrive(at) {
            self.priorities.clear();
        }
        Arrived::New
    }

    fn choose(&mut self, depth: usize, enabled: &[Enabled]) -> Option<usize> {
        if depth < self.walked {
            return None;
        }
        if depth == 0 {
            self.start_walk();
        }
        self.walked = depth + 1;
        self.steps_max = self.steps_max.max(self.walked);
        let mut thread = self.first(enabled)?;
        if let Some(n) = self.drops.iter().position(|step| *step == depth) {
            self.priorities.insert(thread, n as u64);
            thread = self.first(enabled)?;
        }
        let own: Vec<usize> = (0..enabled.len())
            .filter(|n| enabled[*n].thread == thread)
            .collect();
        Some(own[(self.random.next_u64() % own.len() as u64) as usize])
    }

    fn again(&mut self) -> bool {
        self.walked = 0;
        self.seen.end();
        true
    }

    fn is_exhaustive(&self) -> bool {
        false
    }

    fn livelock(&mut self) -> Option<Livelock> {
        self.seen.livelock()
    }

    fn memory_bytes(&self) -> u64 {
        self.seen.memory_bytes()
    }
}
