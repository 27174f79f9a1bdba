//! Sleep sets (Godefroid, "Partial-order methods for the verification of concurrent systems", LNCS 1032,
//! 1996): in a state whose step by one thread has been tried, that thread need not be tried again after
//! steps of others that commute with it: what would come has been seen in the other order.
//!
//! Rules:
//!   S1  a thread whose step has been tried sleeps in what is tried after it, until a step that does not
//!       commute with it (`footprint.rs`), or that moves it on itself;
//!   S2  of an operation with several outcomes each is tried before its thread sleeps.

use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::Tid;
use sim_kernel::Enabled;

use crate::footprint::Footprint;

/// A step that has been tried: whose, and what it touched.
type Tried = (Tid, Arc<Footprint>);

/// Who sleeps in a state, and who has been tried there.
#[derive(Clone, Debug, Default)]
pub struct Sleep {
    /// Steps that have been tried elsewhere.
    asleep: Vec<Tried>,
    /// Steps that have been tried here.
    done: Vec<Tried>,
    /// Who is being tried, the next of its choices, and what those so far have touched.
    present: Option<(Tid, usize, Footprint)>,
}

impl Sleep {
    /// Does the thread sleep?
    pub fn sleeps(&self, tid: Tid) -> bool {
        self.asleep.iter().any(|(other, _)| *other == tid)
    }

    /// Has it been tried here?
    pub fn is_done(&self, tid: Tid) -> bool {
        self.done.iter().any(|(other, _)| *other == tid)
    }

    /// Who sleeps.
    pub fn asleep(&self) -> impl Iterator<Item = Tid> {
        self.asleep.iter().map(|(tid, _)| *tid)
    }

    /// Who sleeps or has been tried here, and what their steps touch.
    pub fn tried(&self) -> impl Iterator<Item = (Tid, &Footprint)> {
        let tried = self.asleep.iter().chain(&self.done);
        tried.map(|(tid, footprint)| (*tid, &**footprint))
    }

    /// Only these go on sleeping.
    pub fn keep(&mut self, stays: impl Fn(Tid) -> bool) {
        self.asleep.retain(|(tid, _)| stays(*tid));
    }

    /// The next choice to make here; `fresh` names the next thread when all choices of one have been made.
    pub fn next(
        &mut self,
        enabled: &[Enabled],
        mut fresh: impl FnMut(&Sleep) -> Option<Tid>,
    ) -> Option<usize> {
        loop {
            if let Some((tid, from, footprint)) = &mut self.present {
                let all = enabled.iter().enumerate().skip(*from);
                if let Some((n, _)) = all.into_iter().find(|(_, e)| e.thread == *tid) {
                    *from = n + 1;
                    return Some(n);
                }
                let tried = (*tid, Arc::new(core::mem::take(footprint)));
                self.done.push(tried);
            }
            let next = fresh(self);
            self.present = next.map(|tid| (tid, 0, Footprint::default()));
            next?;
        }
    }

    /// What is left when the thread that is being tried has been: as much as is needed to go on elsewhere.
    /// `None`: it has more outcomes, or none is being tried.
    pub fn rest(&self, enabled: &[Enabled]) -> Option<Sleep> {
        let (tid, from, footprint) = self.present.as_ref()?;
        if enabled.iter().skip(*from).any(|e| e.thread == *tid) {
            return None;
        }
        let tried = (*tid, Arc::new(footprint.clone()));
        Some(Sleep {
            asleep: self.asleep.clone(),
            done: self.done.iter().cloned().chain([tried]).collect(),
            present: None,
        })
    }

    /// A step from here has touched this.
    pub fn touched(&mut self, footprint: &Footprint) {
        if let Some((_, _, touched)) = &mut self.present {
            touched.merge(footprint);
        }
    }

    /// Who sleeps after a step from here (S1).
    pub fn after(&self, mover: Tid, moved: &[Tid], footprint: &Footprint) -> Sleep {
        let sleeps_on = |(other, touched): &&Tried| {
            *other != mover && !moved.contains(other) && !touched.conflicts(footprint)
        };
        let tried = self.asleep.iter().chain(&self.done);
        Sleep {
            asleep: tried.filter(sleeps_on).cloned().collect(),
            ..Sleep::default()
        }
    }
}
