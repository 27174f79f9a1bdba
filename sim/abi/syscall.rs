//! System calls: numbers, names, and what each takes and gives.
//!
//! Convention: number in `a7`, arguments in `a0`–`a5`, result in `a0`; an error is `-errno`. Numbers
//! are Linux's for RISC-V (32 bit) where Linux has the call; the calls below `SIM_BASE` that Linux
//! has not (threads, locks: on Linux they are built from clone and futex) start at [`SIM_BASE`], one
//! call per operation, so that the trace and the checker see "locks a", not a futex word.
//!
//! Structures that cross the boundary: `struct timespec` is two 32-bit words (seconds, nanoseconds),
//! `struct stat` see `kernel/files`.

/// First number of the calls that are this computer's own.
pub const SIM_BASE: u32 = 0x1000;

macro_rules! calls {
    ($($(#[$doc:meta])* $name:ident = $number:expr, $text:literal;)*) => {
        /// A system call.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Call { $($(#[$doc])* $name,)* }

        impl Call {
            /// The call with this number.
            pub fn from_number(number: u32) -> Option<Call> {
                match number { $(n if n == $number => Some(Call::$name),)* _ => None }
            }
            /// Its number.
            pub fn number(self) -> u32 {
                match self { $(Call::$name => $number,)* }
            }
            /// Its name as in the C library or in POSIX.
            pub fn name(self) -> &'static str {
                match self { $(Call::$name => $text,)* }
            }
            /// All of them, by number.
            pub const ALL: &'static [Call] = &[$(Call::$name,)*];
        }
    };
}

calls! {
    /// (buffer, size) → length with NUL, or -ERANGE.
    Getcwd = 17, "getcwd";
    /// (fd) → new fd, the lowest free one.
    Dup = 23, "dup";
    /// (old, new, flags) → new. `dup2` and `dup3`; equal numbers just give `new` if it is open.
    Dup3 = 24, "dup3";
    /// (fd, command, argument): F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL.
    Fcntl = 25, "fcntl";
    /// (dirfd, path, mode)
    Mkdirat = 34, "mkdir";
    /// (dirfd, path, flags)
    Unlinkat = 35, "unlink";
    /// (dirfd, path, flags, mode) → fd. Paths are absolute or relative to `/`.
    Openat = 56, "open";
    /// (fd)
    Close = 57, "close";
    /// (`int fds[2]`, flags)
    Pipe2 = 59, "pipe";
    /// (fd, offset, whence) → new offset (32 bits).
    Lseek = 62, "lseek";
    /// (fd, buffer, count) → bytes.
    Read = 63, "read";
    /// (fd, buffer, count) → bytes.
    Write = 64, "write";
    /// (fd, struct stat *)
    Fstat = 80, "fstat";
    /// (dirfd, path, struct stat *, flags)
    Fstatat = 79, "stat";
    /// (fd)
    Fsync = 82, "fsync";
    /// (status): this thread ends. For the last thread of a process: the process too.
    ThreadExitLinux = 93, "exit";
    /// (status): the process ends, all its threads.
    ExitGroup = 94, "exit_group";
    /// (struct timespec *request, struct timespec *remaining)
    Nanosleep = 101, "nanosleep";
    /// (clock, struct timespec *): 0 realtime, 1 monotonic, 2 process CPU time, 3 thread CPU time.
    ClockGettime = 113, "clock_gettime";
    /// (library, lock): gives the core away; 1: the C library waits for its own lock, which is not told.
    SchedYield = 124, "sched_yield";
    /// (pid, signal)
    Kill = 129, "kill";
    /// (tid, signal)
    Tkill = 130, "pthread_kill";
    /// (const sigset_t *blocked meanwhile; 0: as now): waits until a handler has run. -EINTR.
    Sigsuspend = 133, "sigsuspend";
    /// (signal, const struct sigaction *, struct sigaction *old)
    Sigaction = 134, "sigaction";
    /// (how, const sigset_t *set, sigset_t *old)
    Sigprocmask = 135, "sigprocmask";
    /// (): return from a signal handler.
    Sigreturn = 139, "sigreturn";
    /// (struct timeval *, void *)
    Gettimeofday = 169, "gettimeofday";
    /// () → pid
    Getpid = 172, "getpid";
    /// () → parent's pid; 1 … for an orphan the pid of init: 0.
    Getppid = 173, "getppid";
    /// () → tid
    Gettid = 178, "gettid";
    /// (new end) → the end of the heap, new or (if refused, or 0 was asked) old. With a second
    /// argument only if the end is there, otherwise 0.
    Brk = 214, "brk";
    /// (address, length)
    Munmap = 215, "munmap";
    /// (path, argv, envp): another program of the scenario.
    Execve = 221, "execve";
    /// (address, length, protection, flags, fd, offset in pages) → address. Flags as Linux: 1 shared, 2 private, 0x10 fixed, 0x20 anonymous.
    Mmap = 222, "mmap";
    /// (address, length, protection)
    Mprotect = 226, "mprotect";
    /// (pid or -1, int *status, options: 1 WNOHANG, void *) → pid, 0, or -ECHILD.
    Wait4 = 260, "waitpid";
    /// () → pid of the child in the parent, 0 in the child.
    Fork = SIM_BASE, "fork";
    /// (function, argument, detached, name or 0, finish, pthread_t *) → tid. The new thread calls `function(argument)`
    /// with `ra` = `finish`: the C library's `__thread_finish`, which calls ThreadExit with the result. The tid is
    /// written to the `pthread_t` before the new thread can run; without a name it is called as that variable.
    ThreadCreate = SIM_BASE + 1, "pthread_create";
    /// (result): this thread ends, its result waits to be joined.
    ThreadExit = SIM_BASE + 2, "pthread_exit";
    /// (tid, void **result) → 0; -ESRCH, -EINVAL (detached), -EDEADLK (itself).
    ThreadJoin = SIM_BASE + 3, "pthread_join";
    /// (tid)
    ThreadDetach = SIM_BASE + 4, "pthread_detach";
    /// (tid, name)
    ThreadSetName = SIM_BASE + 5, "pthread_setname_np";
    /// (mutex, kind word)
    MutexInit = SIM_BASE + 16, "pthread_mutex_init";
    /// (mutex): -EBUSY while locked or waited for.
    MutexDestroy = SIM_BASE + 17, "pthread_mutex_destroy";
    /// (mutex): blocks until free; errorcheck: -EDEADLK; robust: -EOWNERDEAD.
    MutexLock = SIM_BASE + 18, "pthread_mutex_lock";
    /// (mutex): -EBUSY if locked.
    MutexTrylock = SIM_BASE + 19, "pthread_mutex_trylock";
    /// (mutex, const struct timespec *until): -ETIMEDOUT.
    MutexTimedlock = SIM_BASE + 20, "pthread_mutex_timedlock";
    /// (mutex): -EPERM if not the owner.
    MutexUnlock = SIM_BASE + 21, "pthread_mutex_unlock";
    /// (cond, flags)
    CondInit = SIM_BASE + 24, "pthread_cond_init";
    /// (cond): -EBUSY while waited for.
    CondDestroy = SIM_BASE + 25, "pthread_cond_destroy";
    /// (cond, mutex): releases the mutex and waits, one step; then takes the mutex again, another step.
    CondWait = SIM_BASE + 26, "pthread_cond_wait";
    /// (cond, mutex, const struct timespec *until): -ETIMEDOUT.
    CondTimedwait = SIM_BASE + 27, "pthread_cond_timedwait";
    /// (cond): wakes one waiter.
    CondSignal = SIM_BASE + 28, "pthread_cond_signal";
    /// (cond): wakes all waiters.
    CondBroadcast = SIM_BASE + 29, "pthread_cond_broadcast";
    /// (sem, shared, value)
    SemInit = SIM_BASE + 32, "sem_init";
    /// (sem): -EBUSY while waited for.
    SemDestroy = SIM_BASE + 33, "sem_destroy";
    /// (sem): blocks while the value is 0, then takes one.
    SemWait = SIM_BASE + 34, "sem_wait";
    /// (sem): -EAGAIN while the value is 0.
    SemTrywait = SIM_BASE + 35, "sem_trywait";
    /// (sem, const struct timespec *until): -ETIMEDOUT.
    SemTimedwait = SIM_BASE + 36, "sem_timedwait";
    /// (sem): adds one.
    SemPost = SIM_BASE + 37, "sem_post";
    /// (sem, int *value)
    SemGetvalue = SIM_BASE + 38, "sem_getvalue";
    /// (rwlock, kind word)
    RwlockInit = SIM_BASE + 48, "pthread_rwlock_init";
    /// (rwlock)
    RwlockDestroy = SIM_BASE + 49, "pthread_rwlock_destroy";
    /// (rwlock): blocks while a writer has it.
    RwlockRdlock = SIM_BASE + 50, "pthread_rwlock_rdlock";
    /// (rwlock)
    RwlockTryrdlock = SIM_BASE + 51, "pthread_rwlock_tryrdlock";
    /// (rwlock): blocks while anybody has it.
    RwlockWrlock = SIM_BASE + 52, "pthread_rwlock_wrlock";
    /// (rwlock)
    RwlockTrywrlock = SIM_BASE + 53, "pthread_rwlock_trywrlock";
    /// (rwlock)
    RwlockUnlock = SIM_BASE + 54, "pthread_rwlock_unlock";
    /// (barrier, threads)
    BarrierInit = SIM_BASE + 64, "pthread_barrier_init";
    /// (barrier)
    BarrierDestroy = SIM_BASE + 65, "pthread_barrier_destroy";
    /// (barrier) → 1 for one of them (PTHREAD_BARRIER_SERIAL_THREAD), 0 for the others.
    BarrierWait = SIM_BASE + 66, "pthread_barrier_wait";
    /// (once) → 1: the caller must run the function and call OnceDone; 0: it has been run. Blocks while another runs it.
    OnceBegin = SIM_BASE + 72, "pthread_once";
    /// (once)
    OnceDone = SIM_BASE + 73, "pthread_once (done)";
    /// (block, size, 1: zeroed, 2: for the library itself): the C library's allocator hands out a heap block. No cost, no effect on the program.
    HeapAllocated = SIM_BASE + 80, "malloc";
    /// (block) → 0; -EINVAL if it is no live block (the library then must not touch it).
    HeapFreed = SIM_BASE + 81, "free";
    /// (0) → address of this thread's own heap, all zero at first; 0: it has none. (address) → the first thread
    /// heap from there on, 0 if there is none. For `malloc`.
    HeapOfThread = SIM_BASE + 82, "heap_of_thread";
    /// (address): what the library is about to do with its own data there depends on who comes first.
    Ordered = SIM_BASE + 83, "ordered";
    /// (message, file, line, function): a failed `assert`; ends the process.
    AssertFailed = SIM_BASE + 84, "assert";
    /// (n) → any of 0 … n-1 (`sim_choose`).
    Choose = SIM_BASE + 96, "sim_choose";
    /// (text): one outcome of this run (`sim_outcome`, formatted by the library).
    Outcome = SIM_BASE + 97, "sim_outcome";
    /// (): something useful has happened (`sim_progress`).
    Progress = SIM_BASE + 98, "sim_progress";
    /// (condition, name)
    Sometimes = SIM_BASE + 99, "sim_sometimes";
    /// (function)
    Invariant = SIM_BASE + 100, "sim_invariant";
}

/// Error numbers of POSIX, with Linux's values. A call returns `-errno`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[allow(missing_docs)] // The names are POSIX's.
#[allow(clippy::upper_case_acronyms)]
pub enum Errno {
    EPERM = 1,
    ENOENT = 2,
    ESRCH = 3,
    EINTR = 4,
    EIO = 5,
    E2BIG = 7,
    ENOEXEC = 8,
    EBADF = 9,
    ECHILD = 10,
    EAGAIN = 11,
    ENOMEM = 12,
    EACCES = 13,
    EFAULT = 14,
    EBUSY = 16,
    EEXIST = 17,
    ENOTDIR = 20,
    EISDIR = 21,
    EINVAL = 22,
    EMFILE = 24,
    ESPIPE = 29,
    EROFS = 30,
    EPIPE = 32,
    ERANGE = 34,
    EDEADLK = 35,
    ENAMETOOLONG = 36,
    ENOSYS = 38,
    ENOTEMPTY = 39,
    EOVERFLOW = 75,
    ETIMEDOUT = 110,
    EOWNERDEAD = 130,
    ENOTRECOVERABLE = 131,
}

impl Errno {
    /// What a system call returns for it.
    pub fn as_result(self) -> u32 {
        (self as u32).wrapping_neg()
    }
}
