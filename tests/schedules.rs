//! Round-robin on paper: the tables of a textbook exercise, worked out by hand in the comments.
//!
//! Order within a tick: device completions, arrivals in file order, then the preempted thread. And any table
//! beside a schedule made by the same rules tick by tick.

use serde_json::Value;

use crate::command::{json, scratch, sim, stderr};

const FREE: &str = "[machine.cost]\nthread-switch = 0\nprocess-switch = 0\nsystem-call = 0\npage-fault = 0\n\
                    thread-create = 0\nprocess-create = 0\npage-copy = 0\ncopy = 0\n";

/// A row of the table: name, first run, finish, running, ready, blocked.
type Row = (&'static str, u64, u64, u64, u64, u64);

#[track_caller]
fn run(test: &str, scenario: &str) -> Value {
    let folder = scratch(test);
    std::fs::write(folder.join("paper.toml"), scenario).expect("the folder can be written");
    let output = sim(&folder, &["run", "paper.toml", "--format", "json"]);
    assert_eq!(stderr(&output), "");
    json(&output)
}

#[track_caller]
fn check(test: &str, machine: &str, processes: &[(&str, &str)], table: &[Row]) -> Value {
    let mut scenario = format!("[machine]\n{machine}\n");
    if !machine.contains("[machine.cost]") {
        scenario += FREE;
    }
    for (name, keys) in processes {
        scenario += &format!("[[process]]\nname = \"{name}\"\n{keys}\n");
    }
    let run = run(test, &scenario);
    let threads = run["threads"].as_array().expect("a list");
    let number = |value: &Value| value.as_u64().expect("a number");
    let rows: Vec<_> = threads
        .iter()
        .map(|t| {
            let name = t["process"].as_str().expect("a name");
            let columns = ["first_run", "finish", "running", "ready", "blocked"];
            (name, columns.map(|c| number(&t[c])))
        })
        .collect();
    let expected: Vec<_> = table
        .iter()
        .map(|r| (r.0, [r.1, r.2, r.3, r.4, r.5]))
        .collect();
    assert_eq!(rows, expected);
    run
}

/// ```text
/// tick    0     2     4  5     7     9  10 11
/// core    P1    P2    P3 P1    P4    P2 P1
/// ```
/// At 2: P2 came at 1, P3 comes at 2, then P1, preempted. At 4: P4 comes, then P2, preempted.
#[test]
fn arrivals_go_before_the_preempted() {
    check(
        "arrivals",
        "quantum = 2",
        &[
            ("P1", "bursts = [5]"),
            ("P2", "bursts = [3]\narrive = 1"),
            ("P3", "bursts = [1]\narrive = 2"),
            ("P4", "bursts = [2]\narrive = 4"),
        ],
        &[
            ("P1", 0, 11, 5, 6, 0),
            ("P2", 2, 10, 3, 6, 0),
            ("P3", 4, 5, 1, 2, 0),
            ("P4", 7, 9, 2, 3, 0),
        ],
    );
}

/// ```text
/// tick    0   2       5  6    8  9
/// core    A   B       B  A    B
/// device      A       -
/// ```
/// A's device is ready at 5, B has its slice until 6, then A goes first.
#[test]
fn a_device_works_while_others_compute() {
    check(
        "device",
        "quantum = 4",
        &[("A", "bursts = [2, 3, 2]"), ("B", "bursts = [5]")],
        &[("A", 0, 8, 4, 1, 3), ("B", 2, 9, 5, 4, 0)],
    );
}

/// At 4 all at once: A's device (1 to 4), C comes, B's slice (1 to 4) is over: A, C, B.
#[test]
fn devices_then_arrivals_then_the_preempted() {
    check(
        "same-tick",
        "quantum = 3",
        &[
            ("A", "bursts = [1, 3, 1]"),
            ("B", "bursts = [6]"),
            ("C", "bursts = [2]\narrive = 4"),
        ],
        &[
            ("A", 0, 5, 2, 0, 3),
            ("B", 1, 10, 6, 4, 0),
            ("C", 5, 7, 2, 1, 0),
        ],
    );
}

/// ```text
/// tick    0   2   4   6
/// core 0  A   C   B
/// core 1  B   A   C
/// ```
#[test]
fn two_cores_one_queue() {
    let run = check(
        "cores",
        "quantum = 2\ncores = 2",
        &[
            ("A", "bursts = [4]"),
            ("B", "bursts = [4]"),
            ("C", "bursts = [4]"),
        ],
        &[
            ("A", 0, 4, 4, 0, 0),
            ("B", 0, 6, 4, 2, 0),
            ("C", 2, 6, 4, 2, 0),
        ],
    );
    for core in 0..2 {
        assert_eq!(run["cores"][core]["busy"], 6);
        assert_eq!(run["cores"][core]["idle"], 0);
    }
}

/// `A 0–2, switch, B 3–5, switch, A 6–8`: the first thread of a core costs nothing.
#[test]
fn a_switch_costs_what_the_table_says() {
    let run = check(
        "switch",
        "quantum = 2\n[machine.cost]\nprocess-switch = 1",
        &[("A", "bursts = [4]"), ("B", "bursts = [2]")],
        &[("A", 0, 8, 4, 4, 0), ("B", 3, 5, 2, 3, 0)],
    );
    assert_eq!(
        run["cores"][0],
        serde_json::json!({"busy": 6, "idle": 0, "overhead": 2})
    );
    assert_eq!(run["switches"]["process"], 2);
}

/// Going on with the same thread is no switch, however often its slice is over; nor is coming back to the
/// thread that ran last: A's device works from 10 to 15, nobody else runs meanwhile.
#[test]
fn going_on_is_no_switch() {
    let run = check(
        "alone",
        "quantum = 3\n[machine.cost]\nprocess-switch = 5",
        &[("A", "bursts = [10, 5, 1]")],
        &[("A", 0, 16, 11, 0, 5)],
    );
    assert_eq!(
        run["cores"][0],
        serde_json::json!({"busy": 11, "idle": 5, "overhead": 0})
    );
}

/// Both may only run on core 0, so core 1 stays idle.
#[test]
fn affinity_ties_to_cores() {
    let run = check(
        "affinity",
        "quantum = 2\ncores = 2",
        &[
            ("A", "bursts = [3]\naffinity = [0]"),
            ("B", "bursts = [3]\naffinity = [0]"),
        ],
        &[("A", 0, 5, 3, 2, 0), ("B", 2, 6, 3, 3, 0)],
    );
    assert_eq!(
        run["cores"][1],
        serde_json::json!({"busy": 0, "idle": 6, "overhead": 0})
    );
}

/// Nobody is there from 2 to 10: idle time belongs to the core, to no thread.
#[test]
fn a_gap_is_idle_time() {
    let run = check(
        "gap",
        "quantum = 4",
        &[("A", "bursts = [2]"), ("B", "bursts = [3]\narrive = 10")],
        &[("A", 0, 2, 2, 0, 0), ("B", 10, 13, 3, 0, 0)],
    );
    assert_eq!(
        run["cores"][0],
        serde_json::json!({"busy": 5, "idle": 8, "overhead": 0})
    );
}

/// A synthetic process and a C program share the core, slice by slice: while there are two they alternate.
#[test]
fn synthetic_and_c_share_a_core() {
    let scenario = format!(
        "[machine]\nquantum = 10\n{FREE}[[process]]\nname = \"paper\"\nbursts = [100]\n[[process]]\nname = \"c\"\n\
         source = '''\nint main(void) {{ volatile int i; for (i = 0; i < 100; i++) {{ }} return 0; }}\n'''\n"
    );
    let run = run("mixed", &scenario);
    let paper = &run["threads"][0];
    // Ten slices of its own, and nine of the program's between them.
    assert_eq!(
        (&paper["running"], &paper["ready"], &paper["finish"]),
        (&100.into(), &90.into(), &190.into())
    );
    assert_eq!(run["verdict"], "ok");
}

/// Without jitter the seed changes nothing; with it, it changes the schedule, and the same seed gives the same.
#[test]
fn jitter_comes_from_the_seed() {
    let folder = scratch("jitter");
    let scenario = |jitter: &str| {
        format!(
            "[machine]\nquantum = 20\n{jitter}\n{FREE}[[process]]\nname = \"A\"\nbursts = [1000]\n[[process]]\n\
             name = \"B\"\nbursts = [1000]\n"
        )
    };
    let threads = |file: &str, seed: &str| {
        let arguments = ["run", file, "--seed", seed, "--format", "json"];
        let run = json(&sim(&folder, &arguments));
        assert_eq!(run["verdict"], "ok");
        run["threads"].clone()
    };
    std::fs::write(folder.join("without.toml"), scenario("")).expect("written");
    std::fs::write(folder.join("with.toml"), scenario("jitter = 10")).expect("written");
    assert_eq!(threads("without.toml", "1"), threads("without.toml", "2"));
    assert_eq!(threads("with.toml", "1"), threads("with.toml", "1"));
    assert_ne!(threads("with.toml", "1"), threads("with.toml", "2"));
}

/// A job of [`by_the_rules`]: when it comes, and its bursts.
#[derive(Clone, Debug)]
struct Job {
    arrive: u64,
    bursts: Vec<u64>,
}

/// First run, finish, running, ready, blocked.
type Times = [u64; 5];

/// What runs on a core of [`by_the_rules`].
#[derive(Clone, Default)]
struct Core {
    job: Option<usize>,
    last: Option<usize>,
    paid_at: u64,
    slice_end: Option<u64>,
}

/// Round-robin tick by tick, as a textbook does it with a pencil: no queue of events, nothing skipped.
fn by_the_rules(jobs: &[Job], cores: usize, quantum: u64, price: u64) -> Vec<Times> {
    let mut cores = vec![Core::default(); cores];
    let mut queue = std::collections::VecDeque::new();
    let mut times: Vec<Times> = vec![[u64::MAX, u64::MAX, 0, 0, 0]; jobs.len()];
    // Bursts still to do, the present one first.
    let mut left: Vec<std::collections::VecDeque<u64>> =
        jobs.iter().map(|job| job.bursts.clone().into()).collect();
    // When which device is done, in the order in which they were begun.
    let mut devices: Vec<(u64, usize)> = Vec::new();
    for now in 0.. {
        devices.sort_by_key(|(at, _)| *at);
        let due = devices.iter().take_while(|(at, _)| *at == now).count();
        for (_, job) in devices.drain(..due) {
            // A list may end with the device.
            match left[job].is_empty() {
                true => times[job][1] = now,
                false => queue.push_back(job),
            }
        }
        queue.extend((0..jobs.len()).filter(|job| jobs[*job].arrive == now));
        for core in cores.iter_mut().filter(|core| core.paid_at <= now) {
            let Some(job) = core.job else { continue };
            if left[job][0] == 0 {
                left[job].pop_front();
                match left[job].pop_front() {
                    None => times[job][1] = now,
                    Some(device) => {
                        devices.push((now + device, job));
                        times[job][4] += device;
                    }
                }
                core.job = None;
            } else if core.slice_end == Some(now) {
                core.slice_end = None;
                if !queue.is_empty() {
                    queue.push_back(job);
                    core.job = None;
                }
            }
        }
        if times.iter().all(|times| times[1] != u64::MAX) {
            break;
        }
        for core in cores
            .iter_mut()
            .filter(|core| core.paid_at <= now && core.job.is_none())
        {
            let Some(job) = queue.pop_front() else { break };
            let switches = core.last.is_some_and(|last| last != job);
            core.paid_at = now + if switches { price } else { 0 };
            (core.job, core.last, core.slice_end) = (Some(job), Some(job), None);
            times[job][0] = times[job][0].min(core.paid_at);
        }
        for core in cores.iter_mut().filter(|core| core.paid_at <= now) {
            let Some(job) = core.job.filter(|job| left[*job][0] > 0) else {
                continue;
            };
            core.slice_end = core.slice_end.or(Some(now + quantum));
            left[job][0] -= 1;
            times[job][2] += 1;
        }
    }
    for (times, job) in times.iter_mut().zip(jobs) {
        times[3] = times[1] - job.arrive - times[2] - times[4];
    }
    times
}

/// The same by the simulator.
fn by_sim(jobs: &[Job], cores: usize, quantum: u64, price: u64) -> Vec<Times> {
    let mut scenario = format!(
        "[machine]\ncores = {cores}\nquantum = {quantum}\n[machine.cost]\nprocess-switch = {price}\n"
    );
    for job in jobs {
        let Job { arrive, bursts } = job;
        scenario += &format!("[[process]]\nname = \"p{}\"\n", scenario.len());
        scenario += &format!("arrive = {arrive}\nbursts = {bursts:?}\n");
    }
    let document = sim_scenario::parse("p.toml", scenario.as_bytes()).expect("a right scenario");
    let built = sim_scenario::build(&document, &Default::default(), &Default::default());
    let config = built.expect("nothing to compile").config;
    let record = sim_explore::run::run(&config, &Default::default());
    // Threads are numbered as they come; names tell whose they are.
    let place = |name: &str| config.processes.iter().position(|p| p.name == name);
    let mut threads = record.threads;
    threads.sort_by_key(|thread| place(&thread.process));
    let times = |tick: Option<sim_abi::Tick>| tick.expect("it has run to its end").0;
    threads
        .iter()
        .map(|t| {
            [
                times(t.first_run),
                times(t.finish),
                t.running,
                t.ready,
                t.blocked,
            ]
        })
        .collect()
}

proptest::proptest! {
    /// Any table: jobs with devices, any number of cores, any quantum, any price of a switch.
    #[test]
    fn any_table_is_the_textbook_s(
        jobs in proptest::collection::vec(
            (0u64..12, proptest::collection::vec(1u64..9, 1..6)), 1..7,
        ),
        cores in 1usize..4,
        quantum in 1u64..7,
        price in 0u64..3,
    ) {
        let jobs: Vec<Job> = jobs.into_iter().map(|(arrive, bursts)| Job { arrive, bursts }).collect();
        proptest::prop_assert_eq!(
            by_sim(&jobs, cores, quantum, price),
            by_the_rules(&jobs, cores, quantum, price)
        );
    }
}
