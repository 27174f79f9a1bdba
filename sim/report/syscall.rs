//! System calls as strace writes them: `write(1, 0x11000, 6) = 6`.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use sim_abi::syscall::{Call, Errno};

const ERRNOS: [Errno; 31] = [
    Errno::EPERM,
    Errno::ENOENT,
    Errno::ESRCH,
    Errno::EINTR,
    Errno::EIO,
    Errno::E2BIG,
    Errno::ENOEXEC,
    Errno::EBADF,
    Errno::ECHILD,
    Errno::EAGAIN,
    Errno::ENOMEM,
    Errno::EACCES,
    Errno::EFAULT,
    Errno::EBUSY,
    Errno::EEXIST,
    Errno::ENOTDIR,
    Errno::EISDIR,
    Errno::EINVAL,
    Errno::EMFILE,
    Errno::ESPIPE,
    Errno::EROFS,
    Errno::EPIPE,
    Errno::ERANGE,
    Errno::EDEADLK,
    Errno::ENAMETOOLONG,
    Errno::ENOSYS,
    Errno::ENOTEMPTY,
    Errno::EOVERFLOW,
    Errno::ETIMEDOUT,
    Errno::EOWNERDEAD,
    Errno::ENOTRECOVERABLE,
];

/// The call with its arguments and its result.
pub fn words(call: Option<Call>, arguments: [u32; 6], value: u32) -> String {
    let Some(call) = call else {
        return format!("unknown system call = {}", result(value));
    };
    let shown: Vec<String> = arguments[..count(call)]
        .iter()
        .map(|&a| argument(a))
        .collect();
    format!("{}({}) = {}", call.name(), shown.join(", "), result(value))
}

/// Small numbers in decimal, addresses in hexadecimal.
fn argument(value: u32) -> String {
    match value as i32 {
        small @ -4096..=0xffff => small.to_string(),
        _ => format!("{value:#x}"),
    }
}

fn result(value: u32) -> String {
    match ERRNOS.iter().find(|e| e.as_result() == value) {
        Some(errno) => format!("-{errno:?}"),
        None => argument(value),
    }
}

/// How many arguments a call has.
fn count(call: Call) -> usize {
    use Call::*;
    match call {
        SchedYield | Sigreturn | Getpid | Getppid | Gettid | Fork | Progress => 0,
        Dup | Close | Fsync | ThreadExitLinux | ExitGroup | Brk | ThreadExit | ThreadDetach
        | MutexDestroy | MutexLock | MutexTrylock | MutexUnlock | CondDestroy | CondSignal
        | CondBroadcast | SemDestroy | SemWait | SemTrywait | SemPost | RwlockDestroy
        | RwlockRdlock | RwlockTryrdlock | RwlockWrlock | RwlockTrywrlock | RwlockUnlock
        | BarrierDestroy | BarrierWait | OnceBegin | OnceDone | HeapFreed | HeapOfThread
        | Ordered | Choose | Outcome | Invariant | Sigsuspend => 1,
        Getcwd | Pipe2 | Fstat | Nanosleep | ClockGettime | Kill | Tkill | Gettimeofday
        | Munmap | ThreadJoin | ThreadSetName | MutexInit | MutexTimedlock | CondInit
        | CondWait | SemTimedwait | SemGetvalue | RwlockInit | BarrierInit | Sometimes => 2,
        Dup3 | Fcntl | Mkdirat | Unlinkat | Lseek | Read | Write | Sigaction | Sigprocmask
        | Execve | Mprotect | CondTimedwait | SemInit | HeapAllocated => 3,
        Openat | Fstatat | Wait4 | ThreadCreate | AssertFailed => 4,
        Mmap => 6,
    }
}
