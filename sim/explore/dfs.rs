//! Every interleaving, one after the other: depth first, without knowing states again. The oracle that
//! other strategies are tested against. Does not end where a program can go round in circles.

use alloc::vec::Vec;

use sim_kernel::Enabled;

use crate::strategy::{Arrival, Arrived, Strategy};

/// Which choice is the next in each state on the path.
#[derive(Clone, Debug, Default)]
pub struct Cursor(Vec<usize>);

impl Cursor {
    /// All choices of a state in their order.
    pub fn next(&mut self, depth: usize, choices: usize) -> Option<usize> {
        self.0.truncate(depth + 1);
        if self.0.len() == depth {
            self.0.push(0);
        }
        let next = self.0[depth];
        self.0[depth] += 1;
        (next < choices).then_some(next)
    }

    /// Gives away what has not been tried of so many choices.
    pub fn divide(&mut self, depth: usize, choices: usize) -> Option<usize> {
        let next = self.0.get_mut(depth).filter(|next| **next < choices)?;
        Some(core::mem::replace(next, choices))
    }

    /// From `next` on, so far from the start; nothing is left before.
    pub fn take_over(&mut self, depth: usize, next: usize) {
        self.0.clear();
        self.0.resize(depth, 0);
        self.0.push(next);
    }

    /// Nothing has been tried.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// Every interleaving.
#[derive(Clone, Debug, Default)]
pub struct Dfs {
    cursor: Cursor,
}

impl Strategy for Dfs {
    const GOES_BACK: bool = true;
    type Rest = usize;
    type Shared = ();

    fn name(&self) -> &'static str {
        "dfs"
    }

    fn begin(&mut self) {
        self.cursor.clear();
    }

    fn arrive(&mut self, _: &mut Arrival) -> Arrived {
        Arrived::New
    }

    fn choose(&mut self, depth: usize, enabled: &[Enabled]) -> Option<usize> {
        self.cursor.next(depth, enabled.len())
    }

    fn is_exhaustive(&self) -> bool {
        true
    }

    fn share(&self) -> Option<()> {
        Some(())
    }

    fn join((): &()) -> Option<Self> {
        Some(Dfs::default())
    }

    fn divide(&mut self, depth: usize, enabled: &[Enabled]) -> Option<usize> {
        self.cursor.divide(depth, enabled.len())
    }

    fn take_over(&mut self, depth: usize, next: usize) {
        self.cursor.take_over(depth, next);
    }
}
