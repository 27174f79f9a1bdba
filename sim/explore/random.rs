//! Random walks: at each state any of its choices, each as likely as the others. For programs too big to
//! exhaust. The same walks for the same seed.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use sim_kernel::Enabled;

use crate::livelock::Livelock;
use crate::strategy::{Arrival, Arrived, Strategy};
use crate::walked::Walked;

/// Walks at random.
#[derive(Clone, Debug)]
pub struct Random {
    seed: u64,
    random: ChaCha8Rng,
    /// How far the present walk has come.
    walked: usize,
    /// Where it has been.
    seen: Walked,
}

impl Random {
    /// Walks by this seed.
    pub fn new(seed: u64) -> Random {
        Random {
            seed,
            random: ChaCha8Rng::seed_from_u64(seed),
            walked: 0,
            seen: Walked::default(),
        }
    }
}

impl Strategy for Random {
    const GOES_BACK: bool = false;
    const WANTS_CHOICES: bool = true;
    type Rest = ();
    type Shared = ();

    fn name(&self) -> &'static str {
        "random"
    }

    fn begin(&mut self) {
        *self = Random::new(self.seed);
    }

    fn arrive(&mut self, at: &mut Arrival) -> Arrived {
        self.seen.arrive(at);
        Arrived::New
    }

    fn choose(&mut self, depth: usize, enabled: &[Enabled]) -> Option<usize> {
        if depth < self.walked {
            return None;
        }
        self.walked = depth + 1;
        Some((self.random.next_u64() % enabled.len() as u64) as usize)
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
