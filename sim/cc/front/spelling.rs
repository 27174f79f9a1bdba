//! "Did you mean": the closest known name, and the headers of well-known functions.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The candidate closest to `name`, if it is close: at most a third of the letters differ.
pub fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    let limit = name.chars().count() / 3;
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate.len().abs_diff(name.len()) > limit || candidate == name {
            continue;
        }
        let distance = distance(name.as_bytes(), candidate.as_bytes());
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate.to_string())
}

/// Edit distance with transpositions of neighbours (optimal string alignment).
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = alloc::vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = row[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            next[j] = change.min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                next[j] = next[j].min(before[j - 2] + 1);
            }
        }
        before = core::mem::replace(&mut row, next);
    }
    row[b.len()]
}

/// Keywords that an expression statement may have been meant to begin with.
pub const KEYWORDS: [&str; 8] = [
    "return", "break", "continue", "while", "switch", "default", "sizeof", "else",
];

/// Header, and the names it declares.
const HEADERS: &[(&str, &str)] = &[
    (
        "stdio.h",
        "printf fprintf sprintf snprintf vprintf vfprintf vsprintf vsnprintf puts putchar putc fputs \
         fputc getchar getc fgets fgetc gets fopen fclose fread fwrite fflush fseek ftell perror \
         scanf sscanf fscanf setvbuf setbuf stdin stdout stderr FILE EOF remove rename fileno",
    ),
    (
        "stdlib.h",
        "malloc calloc realloc free exit abort atexit atoi atol atoll strtol strtoul strtoll strtoull \
         strtod atof rand srand qsort bsearch getenv system abs labs EXIT_SUCCESS EXIT_FAILURE \
         RAND_MAX",
    ),
    (
        "string.h",
        "strlen strcpy strncpy strcat strncat strcmp strncmp strchr strrchr strstr strdup strtok \
         strerror memcpy memmove memset memcmp memchr strspn strcspn strpbrk strsignal",
    ),
    ("assert.h", "assert"),
    (
        "unistd.h",
        "fork execv execve execvp execlp execl pipe read write close dup dup2 sleep usleep getpid \
         getppid lseek unlink chdir getcwd _exit access isatty sysconf alarm pause ftruncate",
    ),
    (
        "sys/wait.h",
        "wait waitpid WIFEXITED WEXITSTATUS WIFSIGNALED WTERMSIG WNOHANG",
    ),
    (
        "pthread.h",
        "pthread_create pthread_join pthread_exit pthread_self pthread_detach pthread_mutex_init \
         pthread_mutex_lock pthread_mutex_trylock pthread_mutex_unlock pthread_mutex_destroy \
         pthread_cond_init pthread_cond_wait pthread_cond_timedwait pthread_cond_signal \
         pthread_cond_broadcast pthread_cond_destroy pthread_t pthread_mutex_t pthread_cond_t \
         pthread_barrier_t pthread_barrier_init pthread_barrier_wait pthread_once pthread_rwlock_t \
         pthread_rwlock_rdlock pthread_rwlock_wrlock pthread_rwlock_unlock pthread_spin_lock \
         pthread_spin_unlock pthread_key_create pthread_getspecific pthread_setspecific \
         PTHREAD_MUTEX_INITIALIZER PTHREAD_COND_INITIALIZER",
    ),
    (
        "semaphore.h",
        "sem_init sem_wait sem_trywait sem_timedwait sem_post sem_destroy sem_open sem_close sem_unlink sem_getvalue sem_t",
    ),
    ("sched.h", "sched_yield sched_setaffinity"),
    (
        "signal.h",
        "signal sigaction kill raise sigemptyset sigaddset sigprocmask SIGINT SIGTERM SIGKILL SIGUSR1 SIGSEGV sig_atomic_t",
    ),
    (
        "time.h",
        "time clock nanosleep clock_gettime localtime strftime time_t CLOCKS_PER_SEC CLOCK_MONOTONIC CLOCK_REALTIME",
    ),
    ("sys/time.h", "gettimeofday"),
    (
        "sys/mman.h",
        "mmap munmap mprotect shm_open shm_unlink PROT_READ PROT_WRITE MAP_SHARED MAP_PRIVATE MAP_ANONYMOUS",
    ),
    (
        "fcntl.h",
        "open creat fcntl O_RDONLY O_WRONLY O_RDWR O_CREAT O_TRUNC O_APPEND O_NONBLOCK",
    ),
    (
        "errno.h",
        "errno EINTR EAGAIN EINVAL ENOMEM EBUSY ENOENT ETIMEDOUT",
    ),
    (
        "ctype.h",
        "isalpha isdigit isspace isupper islower isalnum isxdigit ispunct isprint toupper tolower",
    ),
    (
        "stdint.h",
        "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t intptr_t uintptr_t INT32_MAX UINT32_MAX INT64_MAX UINT64_MAX",
    ),
    ("stdbool.h", "bool true false"),
    ("stddef.h", "NULL size_t ptrdiff_t offsetof"),
    ("sys/types.h", "pid_t ssize_t off_t mode_t"),
    (
        "limits.h",
        "INT_MAX INT_MIN UINT_MAX LONG_MAX LONG_MIN CHAR_BIT SHRT_MAX LLONG_MAX",
    ),
    ("stdarg.h", "va_list va_start va_arg va_end va_copy"),
    (
        "stdatomic.h",
        "atomic_int atomic_bool atomic_uint atomic_flag atomic_load atomic_store atomic_fetch_add atomic_fetch_sub atomic_exchange atomic_compare_exchange_strong atomic_compare_exchange_weak atomic_init atomic_thread_fence",
    ),
    ("math.h", "sqrt pow sin cos tan fabs floor ceil log exp"),
    (
        "mqueue.h",
        "mq_open mq_send mq_receive mq_close mq_unlink mqd_t",
    ),
    (
        "sys/socket.h",
        "socket bind listen accept connect send recv socketpair",
    ),
    ("poll.h", "poll"),
];

/// The header that declares a well-known name.
pub fn header_of(name: &str) -> Option<&'static str> {
    HEADERS
        .iter()
        .find(|(_, names)| names.split_whitespace().any(|n| n == name))
        .map(|&(h, _)| h)
}

/// Well-known functions, for "did you mean".
pub fn known_names() -> impl Iterator<Item = &'static str> {
    HEADERS
        .iter()
        .flat_map(|(_, names)| names.split_whitespace())
}

/// How many named parameters a well-known variadic function has.
pub fn variadic_parameters(name: &str) -> Option<usize> {
    Some(match name {
        "printf" | "scanf" => 1,
        "fprintf" | "sprintf" | "fscanf" | "sscanf" | "open" | "fcntl" | "execl" | "execlp" => 2,
        "snprintf" => 3,
        _ => return None,
    })
}
