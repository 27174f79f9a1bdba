//! Ids and ticks: numbers that must not be mixed up.

use core::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident($inner:ty);)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
            pub struct $name(pub $inner);

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.0.fmt(f)
                }
            }
        )*
    };
}

ids! {
    /// A process, as programs see it: 1, 2, 3 … in order of creation.
    Pid(u32);
    /// A thread, as programs see it. The first thread of a process has the number of its process;
    /// pids and tids come from one counter, as on Linux.
    Tid(u32);
    /// A core (hart) of the machine, from 0.
    CoreId(u16);
    /// Simulated time since the start: 1 tick = 1 µs.
    Tick(u64);
    /// A pipe, in order of creation.
    PipeId(u32);
}
