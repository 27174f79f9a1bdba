//! The C library of the simulated computer: headers and C sources, as data for `cc`.
//!
//! Written for people who learn: small files, textbook algorithms, C17 and POSIX names. Compiled by
//! our own compiler together with the program; functions nobody calls are dropped by the linker.
//!
//!   * `include/` the headers; `include/bits/` is private to the library,
//!   * `source/runtime` what the compiler and the entry code call: start, 64-bit division, floats,
//!   * `source/…` one folder a part: string, stdlib, stdio, unistd, pthread, ….
//!
//! Rules: it makes system calls with `__builtin_syscall` only, by the numbers in `bits/syscall.h`; no
//! access ever leaves the program's objects, not even by a byte; its own data is behind its own locks;
//! plain programs need Linux's system calls only, so that their ELF files run elsewhere.
//!
//! Not here: the compiler (`cc`), the meaning of the system calls (`kernel`).
#![no_std]

#[cfg(test)]
extern crate std;

/// Where the library is, in a map of files.
pub const ROOT: &str = "<libc>/";
/// Where its headers are.
pub const INCLUDE: &str = "<libc>/include";

/// Headers: the name after `#include <`, and the text.
pub const HEADERS: &[(&str, &str)] = &[
    ("alloca.h", include_str!("include/alloca.h")),
    ("assert.h", include_str!("include/assert.h")),
    ("bits/double.h", include_str!("include/bits/double.h")),
    ("bits/internal.h", include_str!("include/bits/internal.h")),
    (
        "bits/pthread_types.h",
        include_str!("include/bits/pthread_types.h"),
    ),
    (
        "bits/soft_arithmetic.h",
        include_str!("include/bits/soft_arithmetic.h"),
    ),
    ("bits/stream.h", include_str!("include/bits/stream.h")),
    ("bits/syscall.h", include_str!("include/bits/syscall.h")),
    ("bits/types.h", include_str!("include/bits/types.h")),
    ("ctype.h", include_str!("include/ctype.h")),
    ("err.h", include_str!("include/err.h")),
    ("errno.h", include_str!("include/errno.h")),
    ("fcntl.h", include_str!("include/fcntl.h")),
    ("fenv.h", include_str!("include/fenv.h")),
    ("float.h", include_str!("include/float.h")),
    ("getopt.h", include_str!("include/getopt.h")),
    ("inttypes.h", include_str!("include/inttypes.h")),
    ("iso646.h", include_str!("include/iso646.h")),
    ("libgen.h", include_str!("include/libgen.h")),
    ("limits.h", include_str!("include/limits.h")),
    ("locale.h", include_str!("include/locale.h")),
    ("malloc.h", include_str!("include/malloc.h")),
    ("math.h", include_str!("include/math.h")),
    ("pthread.h", include_str!("include/pthread.h")),
    ("sched.h", include_str!("include/sched.h")),
    ("semaphore.h", include_str!("include/semaphore.h")),
    ("setjmp.h", include_str!("include/setjmp.h")),
    ("signal.h", include_str!("include/signal.h")),
    ("sim/check.h", include_str!("include/sim/check.h")),
    ("stdalign.h", include_str!("include/stdalign.h")),
    ("stdarg.h", include_str!("include/stdarg.h")),
    ("stdatomic.h", include_str!("include/stdatomic.h")),
    ("stdbool.h", include_str!("include/stdbool.h")),
    ("stddef.h", include_str!("include/stddef.h")),
    ("stdint.h", include_str!("include/stdint.h")),
    ("stdio.h", include_str!("include/stdio.h")),
    ("stdlib.h", include_str!("include/stdlib.h")),
    ("stdnoreturn.h", include_str!("include/stdnoreturn.h")),
    ("string.h", include_str!("include/string.h")),
    ("strings.h", include_str!("include/strings.h")),
    ("sys/errno.h", include_str!("include/sys/errno.h")),
    ("sys/fcntl.h", include_str!("include/sys/fcntl.h")),
    ("sys/mman.h", include_str!("include/sys/mman.h")),
    ("sys/signal.h", include_str!("include/sys/signal.h")),
    ("sys/stat.h", include_str!("include/sys/stat.h")),
    ("sys/syscall.h", include_str!("include/sys/syscall.h")),
    ("sys/time.h", include_str!("include/sys/time.h")),
    ("sys/types.h", include_str!("include/sys/types.h")),
    ("sys/wait.h", include_str!("include/sys/wait.h")),
    ("time.h", include_str!("include/time.h")),
    ("unistd.h", include_str!("include/unistd.h")),
    ("wait.h", include_str!("include/wait.h")),
    ("wchar.h", include_str!("include/wchar.h")),
];

/// Sources: a path for messages, and the text.
pub const SOURCES: &[(&str, &str)] = &[
    ("ctype/ctype.c", include_str!("source/ctype/ctype.c")),
    ("math/arc.c", include_str!("source/math/arc.c")),
    ("math/bits.c", include_str!("source/math/bits.c")),
    (
        "math/environment.c",
        include_str!("source/math/environment.c"),
    ),
    ("math/exp.c", include_str!("source/math/exp.c")),
    ("math/float.c", include_str!("source/math/float.c")),
    (
        "math/hyperbolic.c",
        include_str!("source/math/hyperbolic.c"),
    ),
    ("math/log.c", include_str!("source/math/log.c")),
    ("math/parts.c", include_str!("source/math/parts.c")),
    ("math/pow.c", include_str!("source/math/pow.c")),
    ("math/remainder.c", include_str!("source/math/remainder.c")),
    ("math/root.c", include_str!("source/math/root.c")),
    (
        "math/trigonometry.c",
        include_str!("source/math/trigonometry.c"),
    ),
    ("pthread/attr.c", include_str!("source/pthread/attr.c")),
    (
        "pthread/barrier.c",
        include_str!("source/pthread/barrier.c"),
    ),
    ("pthread/cond.c", include_str!("source/pthread/cond.c")),
    ("pthread/mutex.c", include_str!("source/pthread/mutex.c")),
    ("pthread/name.c", include_str!("source/pthread/name.c")),
    ("pthread/once.c", include_str!("source/pthread/once.c")),
    ("pthread/rwlock.c", include_str!("source/pthread/rwlock.c")),
    ("pthread/sched.c", include_str!("source/pthread/sched.c")),
    (
        "pthread/semaphore.c",
        include_str!("source/pthread/semaphore.c"),
    ),
    (
        "pthread/specific.c",
        include_str!("source/pthread/specific.c"),
    ),
    ("pthread/spin.c", include_str!("source/pthread/spin.c")),
    ("pthread/thread.c", include_str!("source/pthread/thread.c")),
    ("runtime/atomic.c", include_str!("source/runtime/atomic.c")),
    ("runtime/divide.c", include_str!("source/runtime/divide.c")),
    ("runtime/lock.c", include_str!("source/runtime/lock.c")),
    (
        "runtime/overflow.c",
        include_str!("source/runtime/overflow.c"),
    ),
    ("runtime/result.c", include_str!("source/runtime/result.c")),
    (
        "runtime/soft_double.c",
        include_str!("source/runtime/soft_double.c"),
    ),
    (
        "runtime/soft_float.c",
        include_str!("source/runtime/soft_float.c"),
    ),
    ("runtime/start.c", include_str!("source/runtime/start.c")),
    ("signal/jump.c", include_str!("source/signal/jump.c")),
    ("signal/signal.c", include_str!("source/signal/signal.c")),
    ("sim/check.c", include_str!("source/sim/check.c")),
    ("stdio/decimal.c", include_str!("source/stdio/decimal.c")),
    ("stdio/format.c", include_str!("source/stdio/format.c")),
    (
        "stdio/format_double.c",
        include_str!("source/stdio/format_double.c"),
    ),
    ("stdio/open.c", include_str!("source/stdio/open.c")),
    ("stdio/position.c", include_str!("source/stdio/position.c")),
    ("stdio/printf.c", include_str!("source/stdio/printf.c")),
    ("stdio/read.c", include_str!("source/stdio/read.c")),
    ("stdio/scan.c", include_str!("source/stdio/scan.c")),
    ("stdio/scanf.c", include_str!("source/stdio/scanf.c")),
    ("stdio/stream.c", include_str!("source/stdio/stream.c")),
    (
        "stdio/temporary.c",
        include_str!("source/stdio/temporary.c"),
    ),
    ("stdio/write.c", include_str!("source/stdio/write.c")),
    ("stdlib/abort.c", include_str!("source/stdlib/abort.c")),
    ("stdlib/assert.c", include_str!("source/stdlib/assert.c")),
    ("stdlib/bits.c", include_str!("source/stdlib/bits.c")),
    (
        "stdlib/environment.c",
        include_str!("source/stdlib/environment.c"),
    ),
    ("stdlib/exit.c", include_str!("source/stdlib/exit.c")),
    ("stdlib/integer.c", include_str!("source/stdlib/integer.c")),
    ("stdlib/locale.c", include_str!("source/stdlib/locale.c")),
    ("stdlib/malloc.c", include_str!("source/stdlib/malloc.c")),
    ("stdlib/random.c", include_str!("source/stdlib/random.c")),
    ("stdlib/sort.c", include_str!("source/stdlib/sort.c")),
    ("stdlib/strtod.c", include_str!("source/stdlib/strtod.c")),
    ("string/compare.c", include_str!("source/string/compare.c")),
    ("string/copy.c", include_str!("source/string/copy.c")),
    ("string/error.c", include_str!("source/string/error.c")),
    ("string/memory.c", include_str!("source/string/memory.c")),
    ("string/search.c", include_str!("source/string/search.c")),
    ("string/wide.c", include_str!("source/string/wide.c")),
    ("time/calendar.c", include_str!("source/time/calendar.c")),
    ("time/clock.c", include_str!("source/time/clock.c")),
    ("time/strftime.c", include_str!("source/time/strftime.c")),
    ("unistd/err.c", include_str!("source/unistd/err.c")),
    ("unistd/file.c", include_str!("source/unistd/file.c")),
    ("unistd/getopt.c", include_str!("source/unistd/getopt.c")),
    ("unistd/libgen.c", include_str!("source/unistd/libgen.c")),
    ("unistd/memory.c", include_str!("source/unistd/memory.c")),
    ("unistd/process.c", include_str!("source/unistd/process.c")),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::string::{String, ToString};
    use std::vec::Vec;

    fn header(name: &str) -> &'static str {
        let found = super::HEADERS.iter().find(|(n, _)| *n == name);
        found.expect("the header is in the table").1
    }

    /// `ThreadCreate` → `thread_create`.
    fn snake_case(name: &str) -> String {
        let mut result = String::new();
        for c in name.chars() {
            if c.is_uppercase() && !result.is_empty() {
                result.push('_');
            }
            result.extend(c.to_lowercase());
        }
        result
    }

    fn number(text: &str) -> u32 {
        match text.strip_prefix("0x") {
            Some(digits) => u32::from_str_radix(digits, 16).expect("a hexadecimal number"),
            None => text.parse().expect("a decimal number"),
        }
    }

    /// The header has exactly the kernel's calls, with the kernel's numbers.
    #[test]
    fn system_call_numbers() {
        let ours: BTreeMap<String, u32> = header("bits/syscall.h")
            .lines()
            .filter_map(|line| line.strip_prefix("#define SYS_"))
            .map(|line| line.split_once(' ').expect("a name and a number"))
            .map(|(name, text)| (name.to_string(), number(text)))
            .collect();
        let kernel: BTreeMap<String, u32> = sim_abi::syscall::Call::ALL
            .iter()
            .map(|call| (snake_case(&std::format!("{call:?}")), call.number()))
            .collect();
        assert_eq!(ours, kernel);
    }

    /// Objects that the kernel reads have as many words here as there.
    #[test]
    fn object_sizes() {
        use sim_abi::layout;
        let words = |file: &str, type_name: &str| -> u32 {
            let text = header(file);
            let end = text.find(&std::format!("}} {type_name};")).expect("a type");
            let start = text[..end].rfind('{').expect("its members");
            let member = |line: &str| match line.split_once('[') {
                Some((_, rest)) => number(rest.trim_end_matches("];")),
                None => 1,
            };
            let lines = text[start + 1..end].lines().map(str::trim);
            lines.filter(|line| line.ends_with(';')).map(member).sum()
        };
        let types = "bits/pthread_types.h";
        assert_eq!(words(types, "pthread_mutex_t") * 4, layout::mutex::SIZE);
        assert_eq!(words(types, "pthread_cond_t") * 4, layout::cond::SIZE);
        assert_eq!(words(types, "pthread_rwlock_t") * 4, layout::rwlock::SIZE);
        assert_eq!(words(types, "pthread_barrier_t") * 4, layout::barrier::SIZE);
        assert_eq!(words("semaphore.h", "sem_t") * 4, layout::semaphore::SIZE);
    }

    /// Every file in the folders is in the tables, in order.
    #[test]
    fn tables_are_complete() {
        fn collect(root: &std::path::Path, folder: &std::path::Path, names: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).expect("the folder is there") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    collect(root, &path, names);
                } else {
                    let name = path.strip_prefix(root).expect("below the root");
                    names.push(name.to_string_lossy().into_owned());
                }
            }
        }
        let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        for (folder, table) in [("include", super::HEADERS), ("source", super::SOURCES)] {
            let root = here.join(folder);
            let mut names = Vec::new();
            collect(&root, &root, &mut names);
            names.sort();
            let listed: Vec<String> = table.iter().map(|(name, _)| name.to_string()).collect();
            assert_eq!(names, listed);
        }
    }

    /// Every header that is included exists.
    #[test]
    fn includes_resolve() {
        for (name, text) in super::HEADERS.iter().chain(super::SOURCES) {
            for line in text.lines() {
                if let Some(rest) = line.strip_prefix("#include <") {
                    let wanted = rest.trim_end_matches('>');
                    let found = super::HEADERS.iter().any(|(n, _)| *n == wanted);
                    assert!(found, "{name} includes <{wanted}>");
                }
            }
        }
    }
}
