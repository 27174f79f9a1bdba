//! What the threads of a process are called: `worker`, `worker#2`, `worker#3`, …
//!
//! Rules, each with a test:
//!   N1  a new thread gets the lowest number that none of the process's threads has
//!   N2  a name is free again when its thread is gone
//!   N3  who is given a name that another has keeps it: then two have it
//!
//! The cost of a name does not depend on how many threads there are.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

/// The names in use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThreadNames {
    /// Threads ever created besides the first: numbers those without a better name.
    pub created: u32,
    /// By what comes before the number. Shared with copies until somebody wants a name.
    numbers: Arc<BTreeMap<String, Numbers>>,
    /// Given back, but not yet taken out.
    freed: Vec<Arc<str>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Numbers {
    /// How many threads have each number.
    used: BTreeMap<u32, u32>,
    /// All numbers from 1 to here are used.
    low: u32,
}

impl Numbers {
    /// The lowest number that is not used.
    fn next(&mut self) -> u32 {
        while self.used.contains_key(&(self.low + 1)) {
            self.low += 1;
        }
        self.low + 1
    }
}

/// `worker#3` → `worker`, 3; `worker` → `worker`, 1.
fn split(name: &str) -> (&str, u32) {
    let parts = name.rsplit_once('#').and_then(|(stem, number)| {
        // Only numbers as they are given here: not `#1`, `#007` or `#+2`.
        let parsed = number.parse::<u32>().ok().filter(|n| *n > 1)?;
        (parsed.to_string() == number).then_some((stem, parsed))
    });
    parts.unwrap_or((name, 1))
}

impl ThreadNames {
    /// The name for a new thread that should be called so (N1); it is not in use yet.
    pub fn choose(&mut self, wanted: &str) -> String {
        self.forget_freed();
        let (stem, number) = split(wanted);
        if number > 1 && !self.is_used(stem, number) {
            return wanted.to_string();
        }
        // Of a name that looks like one with a number, and is in use, the second is `worker#2#2`.
        let (stem, first) = if number > 1 { (wanted, 2) } else { (stem, 1) };
        let numbers = Arc::make_mut(&mut self.numbers);
        let next = numbers.get_mut(stem).map_or(1, Numbers::next);
        match next.max(first) {
            1 => stem.to_string(),
            next => format!("{stem}#{next}"),
        }
    }

    fn is_used(&self, stem: &str, number: u32) -> bool {
        let numbers = self.numbers.get(stem);
        numbers.is_some_and(|numbers| numbers.used.contains_key(&number))
    }

    /// A thread has this name from now on (N3).
    pub fn take(&mut self, name: &str) {
        self.forget_freed();
        let (stem, number) = split(name);
        let numbers = Arc::make_mut(&mut self.numbers);
        let numbers = numbers.entry(stem.to_string()).or_default();
        *numbers.used.entry(number).or_default() += 1;
    }

    /// A thread has this name no more (N2).
    pub fn free(&mut self, name: Arc<str>) {
        self.freed.push(name);
    }

    fn forget_freed(&mut self) {
        for name in core::mem::take(&mut self.freed) {
            let (stem, number) = split(&name);
            let names = Arc::make_mut(&mut self.numbers);
            let Some(numbers) = names.get_mut(stem) else {
                continue;
            };
            if let Some(count) = numbers.used.get_mut(&number) {
                *count -= 1;
                if *count == 0 {
                    numbers.used.remove(&number);
                    numbers.low = numbers.low.min(number - 1);
                }
            }
            if numbers.used.is_empty() {
                names.remove(stem);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(names: &mut ThreadNames, wanted: &str) -> String {
        let name = names.choose(wanted);
        names.take(&name);
        name
    }

    /// N1, N2: three workers; the second goes, and the next one gets its number.
    #[test]
    fn the_lowest_free_number() {
        let mut names = ThreadNames::default();
        let three = [(); 3].map(|()| add(&mut names, "worker"));
        assert_eq!(three, ["worker", "worker#2", "worker#3"]);
        names.free("worker#2".into());
        assert_eq!(add(&mut names, "worker"), "worker#2");
        assert_eq!(add(&mut names, "worker"), "worker#4");
        names.free("worker".into());
        assert_eq!(add(&mut names, "worker"), "worker");
    }

    /// N3: a thread calls itself as another; when one of the two has gone, the name is still in use.
    #[test]
    fn two_with_one_name() {
        let mut names = ThreadNames::default();
        add(&mut names, "a");
        names.take("a");
        names.free("a".into());
        assert_eq!(add(&mut names, "a"), "a#2");
    }

    /// A name that looks like one with a number is one.
    #[test]
    fn names_with_numbers_of_their_own() {
        let mut names = ThreadNames::default();
        assert_eq!(add(&mut names, "a#2"), "a#2");
        assert_eq!(add(&mut names, "a"), "a");
        assert_eq!(add(&mut names, "a"), "a#3");
        assert_eq!(add(&mut names, "a#2"), "a#2#2");
        assert_eq!(add(&mut names, "x#1"), "x#1");
        assert_eq!(add(&mut names, "x#4294967295"), "x#4294967295");
        assert_eq!(add(&mut names, "x"), "x");
    }
}
