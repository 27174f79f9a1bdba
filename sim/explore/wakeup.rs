//! Wakeup trees: which sequences of steps are to be tried in a state, so that each leads to an execution that has
//! not been seen (Abdulla, Aronis, Jonsson, Sagonas: "Source sets: a foundation for optimal dynamic partial
//! order reduction", Journal of the ACM 64(4), 2017, sections 6 and 7).
//!
//! Rules:
//!   T1  a thread is an *initial* of a sequence if its first step there comes after none of the steps before
//!       it: the sequence could begin with it;
//!   T2  a thread that has no step there is one as well if its next step commutes with the whole sequence, and
//!       the execution was followed to its end: its step is then done later, and could be done first;
//!   T3  a sequence goes down the tree along threads that are its initials, and loses their steps. At a leaf, or
//!       with nothing left, it will be seen anyway; where no branch is an initial it becomes a new one, the last.
//!
//! A branch whose thread cannot move when its turn comes is left out; where nothing is left the search goes on
//! by itself. Trees guide: that nothing is missed follows from the races (`dpor.rs`), each of which is covered
//! where its first step was made.

use alloc::rc::Rc;
use alloc::vec::Vec;

use sim_abi::{Choice, Tid};

use crate::footprint::Footprint;

/// A step of a sequence.
pub trait Event {
    /// Whose.
    fn tid(&self) -> Tid;
    /// The choice that it was.
    fn choice(&self) -> Choice;
    /// What it touched.
    fn footprint(&self) -> &Rc<Footprint>;
    /// Does it come before the other one in every order?
    fn is_before(&self, other: &Self) -> bool;
}

/// What is to be tried after one step.
#[derive(Clone, Debug)]
struct Branch {
    tid: Tid,
    /// The step that the tree goes on behind. `None`: any of the thread's.
    choice: Option<Choice>,
    footprint: Option<Rc<Footprint>>,
    then: Tree,
}

/// What is to be tried in a state, the first first.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    branches: Vec<Branch>,
}

impl Tree {
    /// Nothing.
    pub fn clear(&mut self) {
        self.branches.clear();
    }

    /// Who is to be tried.
    pub fn threads(&self) -> impl Iterator<Item = Tid> {
        self.branches.iter().map(|branch| branch.tid)
    }

    /// This thread is to be tried too, whatever comes after it.
    pub fn add(&mut self, tid: Tid) {
        if !self.threads().any(|known| known == tid) {
            self.branches.push(Branch {
                tid,
                choice: None,
                footprint: None,
                then: Tree::default(),
            });
        }
    }

    /// A choice is made: what is to be tried after it.
    pub fn follow(&mut self, choice: Choice) -> Tree {
        let mut branches = self.branches.iter_mut();
        let branch = branches.find(|branch| branch.choice == Some(choice));
        branch.map_or(Tree::default(), |branch| core::mem::take(&mut branch.then))
    }

    /// This sequence is to be tried, unless it will be anyway (T3). `is_whole`: the execution was followed to its end.
    /// The present step from here, by thread `mover`, is what it is to be tried instead of.
    pub fn insert<E: Event>(&mut self, mut sequence: Vec<&E>, mover: Tid, is_whole: bool) {
        let mut tree = self;
        let mut mover = Some(mover);
        loop {
            let except = mover.take();
            let branches = tree.branches.iter().enumerate();
            let mut branches = branches.filter(|(_, branch)| Some(branch.tid) != except);
            let along = branches.find_map(|(n, branch)| {
                let footprint = branch.footprint.as_deref();
                begins(branch.tid, footprint, &sequence, is_whole).map(|at| (n, at))
            });
            let Some((n, at)) = along else {
                tree.grow(&sequence);
                return;
            };
            if let Some(at) = at {
                sequence.remove(at);
            }
            tree = &mut tree.branches[n].then;
            if sequence.is_empty() || tree.branches.is_empty() {
                return;
            }
        }
    }

    fn grow<E: Event>(&mut self, sequence: &[&E]) {
        let mut tree = self;
        for event in sequence {
            tree.branches.push(Branch {
                tid: event.tid(),
                choice: Some(event.choice()),
                footprint: Some(event.footprint().clone()),
                then: Tree::default(),
            });
            let last = tree.branches.len() - 1;
            tree = &mut tree.branches[last].then;
        }
    }
}

/// Is a thread, whose next step touches this, an initial of a sequence? The place of its first step there, if
/// it has one.
pub fn begins<E: Event>(
    tid: Tid,
    footprint: Option<&Footprint>,
    sequence: &[&E],
    is_whole: bool,
) -> Option<Option<usize>> {
    match sequence.iter().position(|event| event.tid() == tid) {
        Some(at) => {
            let mut before = sequence[..at].iter();
            let is_first = !before.any(|event| event.is_before(sequence[at]));
            is_first.then_some(Some(at)) // T1
        }
        None => {
            let mut all = sequence.iter();
            let commutes =
                |footprint: &Footprint| !all.any(|event| footprint.conflicts(event.footprint()));
            (is_whole && footprint.is_some_and(commutes)).then_some(None) // T2
        }
    }
}
