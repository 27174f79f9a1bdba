//! Programs that mean no good, or are badly wrong: the computer gives a verdict, never a panic; and
//! correct programs that look suspicious: no finding.

use std::path::PathBuf;

use crate::command::{json, scratch, sim, stderr};

/// Runs a program; its verdict and its output.
#[track_caller]
fn run(test: &str, program: &str, arguments: &[&str]) -> (String, String) {
    let folder = scratch(test);
    std::fs::write(folder.join("p.c"), program).expect("the folder can be written");
    let mut all = vec!["run", "p.c", "--format", "json", "--trace", "none"];
    all.extend(arguments);
    let output = sim(&folder, &all);
    assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
    let report = json(&output);
    let text = |key: &str| report[key].as_str().expect("a text").to_owned();
    (text("verdict"), text("stdout"))
}

#[track_caller]
fn check(test: &str, program: &str, verdict: &str, stdout: &str) {
    let found = run(test, program, &[]);
    assert_eq!((found.0.as_str(), found.1.as_str()), (verdict, stdout));
}

/// What a program asks of the kernel may be nonsense, from anywhere, at any time.
#[test]
fn random_system_calls() {
    let program = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/hostile/calls.c");
    let program = std::fs::read_to_string(program).expect("it is there");
    for seed in (1..40).chain([67, 76]) {
        let (seed_flag, threads) = (format!("-DSEED={seed}"), format!("-DTHREADS={}", seed % 4));
        let cores = (1 + seed % 3).to_string();
        run(
            "hostile-calls",
            &program,
            &[&seed_flag, &threads, "--cores", &cores],
        );
    }
}

/// A thread that writes to a pipe is not woken by the end of its own process, which closes the pipe.
#[test]
fn a_process_ends_while_it_writes_to_its_own_pipe() {
    let program = "
        #include <pthread.h>
        #include <stdlib.h>
        #include <unistd.h>
        int p[2]; static char b[100000];
        void *f(void *a) { write(p[1], b, sizeof b); return a; }
        int main(void) { pthread_t t; pipe(p); pthread_create(&t, 0, f, 0); sleep(1); exit(3); }";
    check("hostile-pipe", program, "ok", "");
}

/// One child, three threads that wait for it: two of them learn that there is none left.
#[test]
fn many_wait_for_one_child() {
    let program = "
        #include <errno.h>
        #include <pthread.h>
        #include <stdio.h>
        #include <sys/wait.h>
        #include <unistd.h>
        void *f(void *a) { int r = wait(0); puts(r > 0 ? \"child\" : errno == ECHILD ? \"none\" : \"?\"); return a; }
        int main(void) {
            pthread_t t[3];
            if (fork() == 0) { sleep(1); return 0; }
            for (int i = 0; i < 3; i++) pthread_create(&t[i], 0, f, 0);
            for (int i = 0; i < 3; i++) pthread_join(t[i], 0);
        }";
    let (verdict, stdout) = run("hostile-wait", program, &[]);
    let mut lines: Vec<&str> = stdout.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        (verdict.as_str(), lines),
        ("ok", vec!["child", "none", "none"])
    );
}

/// A thread cuts holes into its own stack; the next thread gets the whole stack again.
#[test]
fn holes_in_a_stack() {
    let program = "
        #include <pthread.h>
        #include <stdio.h>
        #include <sys/mman.h>
        void *f(void *a) {
            int x;
            char *page = (char *)((unsigned)&x & ~4095u);
            mprotect(page - 8192, 4096, PROT_NONE);
            munmap(page - 16384, 4096);
            return a;
        }
        int main(void) {
            for (int i = 0; i < 4; i++) { pthread_t t; pthread_create(&t, 0, f, 0); pthread_join(t, 0); }
            puts(\"ok\");
        }";
    check("hostile-stack", program, "ok", "ok\n");
}

/// A signal comes when there is no stack to handle it on.
#[test]
fn no_stack_for_a_handler() {
    let program = "
        #include <signal.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <unistd.h>
        void h(int s) {}
        int main(void) {
            volatile int x = 0;
            signal(SIGUSR1, h);
            if (fork() == 0) { kill(getppid(), SIGUSR1); exit(0); }
            munmap((void *)((unsigned)&x & ~4095u), 4096);
            for (;;) ;
        }";
    check("hostile-handler", program, "crashed", "");
}

/// A blocked signal waits until it is let through.
#[test]
fn a_blocked_signal_waits() {
    let program = "
        #include <signal.h>
        #include <stdio.h>
        #include <unistd.h>
        int main(void) {
            sigset_t s; sigemptyset(&s); sigaddset(&s, SIGTERM); sigprocmask(SIG_BLOCK, &s, 0);
            kill(getpid(), SIGTERM); puts(\"still here\"); fflush(stdout);
            sigprocmask(SIG_UNBLOCK, &s, 0); puts(\"never\");
        }";
    let (_, stdout) = run("hostile-blocked", program, &[]);
    assert_eq!(stdout, "still here\n");
}

/// The classic: no room for the NUL; found although the library's `strcpy` writes it.
#[test]
fn a_string_one_byte_too_long() {
    let program = "
        #include <stdlib.h>
        #include <string.h>
        int main(void) { char *p = malloc(5); strcpy(p, \"hello\"); free(p); }";
    check("hostile-string", program, "memory-error", "");
}

/// A freed block handed to the library is a use too.
#[test]
fn a_freed_string_is_measured() {
    let program = "
        #include <stdlib.h>
        #include <string.h>
        int main(void) { char *p = strdup(\"hello\"); free(p); return strlen(p); }";
    check("hostile-freed", program, "memory-error", "");
}

/// Copies of structs with padding, a child that ends with its parent's blocks: no mistakes.
#[test]
fn padding_and_inherited_blocks_are_fine() {
    let program = "
        #include <stdlib.h>
        #include <string.h>
        #include <sys/wait.h>
        #include <unistd.h>
        struct pad { char c; int i; char d; double x; short s; };
        int main(void) {
            struct pad *p = malloc(sizeof *p), *r = malloc(sizeof *r), arr[3];
            p->c = 1; p->i = 2; p->d = 3; p->x = 4; p->s = 5;
            *r = *p; memcpy(r, p, sizeof *p); arr[0] = *r; arr[1] = arr[0];
            if (fork() == 0) exit(arr[1].s);
            wait(0);
            free(p); free(r);
            return arr[1].s - 5;
        }";
    let folder = scratch("hostile-padding");
    std::fs::write(folder.join("p.c"), program).expect("the folder can be written");
    let report = json(&sim(&folder, &["run", "p.c", "--format", "json"]));
    assert_eq!(report["findings"], serde_json::json!([]));
}

/// Threads wait at a barrier while the others are still to be created: nobody is dead. Of three that wait
/// for a fourth that never comes, all are, as soon as nobody is left who could create it.
#[test]
fn a_barrier_whose_threads_come_later() {
    let program = |arrives: &str| {
        format!(
            "#include <pthread.h>
             #include <stdio.h>
             #include <unistd.h>
             pthread_barrier_t b; pthread_t t[3];
             void *f(void *a) {{ pthread_barrier_wait(&b); return a; }}
             int main(void) {{
                 pthread_barrier_init(&b, 0, 4);
                 for (int i = 0; i < 3; i++) {{ pthread_create(&t[i], 0, f, 0); usleep(1000); }}
                 {arrives}
                 for (int i = 0; i < 3; i++) pthread_join(t[i], 0);
                 puts(\"passed\");
             }}"
        )
    };
    let all = program("pthread_barrier_wait(&b);");
    check("hostile-barrier", &all, "ok", "passed\n");
    check("hostile-barrier", &program(""), "deadlock", "");
}

/// Thousands of threads that wait for one lock, at one barrier, each for the one before it, or only sleep:
/// what an event costs does not grow with the number of those who wait.
#[test]
fn thousands_of_threads() {
    let program = |body: &str, main: &str| {
        format!(
            "#include <pthread.h>
             #include <semaphore.h>
             #include <stdio.h>
             #include <unistd.h>
             enum {{ N = 2000 }};
             pthread_t t[N]; int count;
             pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
             pthread_barrier_t b; sem_t s[N + 1];
             void *f(void *a) {{
                 int i = (int)a;
                 {body}
                 pthread_mutex_lock(&m); count++; pthread_mutex_unlock(&m);
                 return 0;
             }}
             int main(void) {{
                 pthread_barrier_init(&b, 0, N);
                 for (int i = 0; i <= N; i++) sem_init(&s[i], 0, 0);
                 pthread_mutex_lock(&m);
                 for (int i = 0; i < N; i++) pthread_create(&t[i], 0, f, (void *)i);
                 pthread_mutex_unlock(&m);
                 {main}
                 for (int i = 0; i < N; i++) pthread_join(t[i], 0);
                 printf(\"%d\\n\", count);
             }}"
        )
    };
    let fine = |body: &str, main: &str| {
        check("hostile-many", &program(body, main), "ok", "2000\n");
    };
    fine("", "");
    fine("sleep(1);", "");
    fine("pthread_barrier_wait(&b);", "");
    fine("sem_wait(&s[i]); sem_post(&s[i + 1]);", "sem_post(&s[0]);");
    // The first is never woken: then nobody is.
    let broken = program("sem_wait(&s[i]); sem_post(&s[i + 1]);", "");
    check("hostile-many", &broken, "deadlock", "");
}

/// Programs that keep the kernel busy for nothing reach the limit of instructions, although they execute few.
#[test]
fn busy_for_nothing() {
    let folder = scratch("hostile-busy");
    for body in [
        "sched_yield();",
        "pthread_t t; pthread_create(&t, 0, f, 0);",
        "mmap(0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);",
        "open(\"/f\", O_CREAT | O_RDWR, 0644);",
        "kill(0, 0);",
    ] {
        let scenario = format!(
            "[[process]]
source = '''
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
void *f(void *a) {{ return a; }}
int main(void) {{ for (;;) {{ {body} }} }}
'''
[limits]
instructions = 3000000
"
        );
        std::fs::write(folder.join("p.toml"), scenario).expect("the folder can be written");
        let report = json(&sim(&folder, &["run", "p.toml", "--format", "json"]));
        assert_eq!(report["verdict"], "limit-reached", "{body}");
        let note = report["findings"][0]["notes"][0].as_str().expect("text");
        let (executed, _) = note.split_once(" were executed; ").expect(note);
        assert!(
            executed.parse::<u32>().is_ok_and(|n| n < 3_000_000),
            "{note}"
        );
    }
}

/// Two processes that compute for longer than anybody can count, on two cores.
#[test]
fn endless_bursts() {
    let folder = scratch("hostile-bursts");
    let scenario = "[machine]\ncores = 2\nquantum = 10000000000000000\n\
                    [[process]]\nname = \"a\"\nbursts = [10000000000000000]\n\
                    [[process]]\nname = \"b\"\nbursts = [10000000000000000]\n";
    std::fs::write(folder.join("p.toml"), scenario).expect("the folder can be written");
    let report = json(&sim(&folder, &["run", "p.toml", "--format", "json"]));
    assert_eq!(report["ticks"], 10_000_000_000_000_000_u64);
}
