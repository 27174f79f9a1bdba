//! A check: a search by some strategy, then the shortest way to an error, then the words for all that was
//! found.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use sim_abi::check::{CheckRecord, Counterexample};
use sim_abi::{Choice, Finding, FindingKind, Schedule, Tick, Verdict};
use sim_kernel::Config;

use crate::circles::Circles;
use crate::clue::Clue;
use crate::conditions;
use crate::dfs::Dfs;
use crate::dpor::Dpor;
use crate::findings;
use crate::livelock::{self, Livelock};
use crate::orders::{self, Orders};
use crate::pct::Pct;
use crate::random::Random;
use crate::replay;
use crate::schedule::{VERSION, program_id};
use crate::search::{Bounds, Discovery, Search, Tally, switches};
use crate::sharing::Sharing;
use crate::shortest::{Levels, Straightest};
use crate::state_graph::WholeGraph;
use crate::states::States;
use crate::strategy::Strategy;
use crate::workers::{Alone, Workers};

/// Errors and warnings that get words; more are left out.
const FINDINGS_MAX: usize = 32;
/// Steps of an execution, if nothing else is said.
const STEPS: u64 = 100_000;
/// Walks of strategies that never come to an end by themselves, if nothing else is said.
const WALKS: u64 = 10_000;

/// The strategies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum StrategyKind {
    /// Every state once.
    #[default]
    States,
    /// Every Mazurkiewicz trace once.
    Dpor,
    /// Every interleaving.
    Dfs,
    /// Random walks.
    Random,
    /// Random priorities.
    Pct,
}

impl StrategyKind {
    /// The strategy with this name.
    pub fn from_name(name: &str) -> Option<StrategyKind> {
        match name {
            "states" => Some(StrategyKind::States),
            "dpor" => Some(StrategyKind::Dpor),
            "dfs" => Some(StrategyKind::Dfs),
            "random" => Some(StrategyKind::Random),
            "pct" => Some(StrategyKind::Pct),
            _ => None,
        }
    }
}

/// What is asked of a check besides its scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Who makes the choices.
    pub strategy: StrategyKind,
    /// States to visit at most.
    pub max_states: u64,
    /// Executions to make at most; `None`: of random walks 10,000, of others any number.
    pub max_executions: Option<u64>,
    /// Steps of one execution at most. `None`: 100,000, and a search by executions ends with the first
    /// that is longer, as there is no end to be seen.
    pub max_steps: Option<u64>,
    /// Preemptions of one execution at most.
    pub preemptions: Option<u64>,
    /// Where random walks come from.
    pub seed: u64,
    /// The outcomes that are allowed, and must all come up.
    pub outcomes: Option<Vec<String>>,
    /// Steps are left out whose traces are seen otherwise (`states` only). A bound on preemptions rules
    /// it out.
    pub reduction: bool,
    /// A search that takes more transitions is shared by all workers.
    pub head_start: u64,
    /// Every access is a step, to private memory too: for tests of what is left out otherwise.
    pub every_access: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            strategy: StrategyKind::States,
            max_states: 10_000_000,
            max_executions: None,
            max_steps: None,
            preemptions: None,
            seed: 0,
            outcomes: None,
            reduction: true,
            head_start: 1 << 11,
            every_access: false,
        }
    }
}

impl Options {
    fn bounds(&self) -> Bounds {
        let by_execution = matches!(self.strategy, StrategyKind::Dpor | StrategyKind::Dfs);
        let walks = match self.strategy {
            StrategyKind::States | StrategyKind::Dpor | StrategyKind::Dfs => u64::MAX,
            StrategyKind::Random | StrategyKind::Pct => WALKS,
        };
        Bounds {
            states: self.max_states,
            executions: self.max_executions.unwrap_or(walks),
            steps: self.max_steps.unwrap_or(STEPS),
            ends_when_long: by_execution && self.max_steps.is_none(),
            preemptions: self.preemptions,
        }
    }
}

/// Checks a scenario, with one worker. `report` is told how far it has come now and then; it says whether
/// to go on.
pub fn check(
    config: &Config,
    options: &Options,
    report: &mut dyn FnMut(&Tally) -> bool,
) -> CheckRecord {
    check_with(config, options, &Alone, report)
}

/// Checks a scenario with as many workers as there are. The result is the same for any number.
pub fn check_with(
    config: &Config,
    options: &Options,
    workers: &dyn Workers,
    report: &mut dyn FnMut(&Tally) -> bool,
) -> CheckRecord {
    let config = config.for_choices();
    match options.strategy {
        StrategyKind::States if options.reduction && options.preemptions.is_none() => {
            with(&config, States::<true>::default(), options, workers, report)
        }
        StrategyKind::States => with(
            &config,
            States::<false>::default(),
            options,
            workers,
            report,
        ),
        StrategyKind::Dpor => with(&config, Dpor::default(), options, workers, report),
        StrategyKind::Dfs => with(&config, Dfs::default(), options, workers, report),
        StrategyKind::Random => with(&config, Random::new(options.seed), options, workers, report),
        StrategyKind::Pct => with(&config, Pct::new(options.seed), options, workers, report),
    }
}

fn with<S: Strategy>(
    config: &Arc<Config>,
    strategy: S,
    options: &Options,
    workers: &dyn Workers,
    report: &mut dyn FnMut(&Tally) -> bool,
) -> CheckRecord {
    let bounds = options.bounds();
    let sharing = match options.every_access {
        false => Sharing::default(),
        true => Sharing::everything(),
    };
    let mut search = Search::new(config, strategy, sharing, bounds, report);
    search.run_with(workers, options.head_start);
    let mut tally = core::mem::take(&mut search.tally);
    let name = search.strategy.name();
    let exhaustive = search.strategy.is_exhaustive();
    let unfinished = tally.cut.take().or(tally.gap.take());
    let mut unfinished = match unfinished {
        None if !exhaustive => Some(format!("{name} does not try everything")),
        other => other,
    };
    let may_circle = search.strategy.may_circle();
    // Ways on which too little was known of memory lead elsewhere now. With a bound on preemptions it is
    // not known who could move.
    let looks_at_walks = !search.sharing.grown && bounds.preemptions.is_none();
    let walked = looks_at_walks.then(|| search.strategy.livelock()).flatten();
    let sharing = core::mem::take(&mut search.sharing);
    let known = sharing.shared();
    let mut result = Result {
        config,
        sharing,
        discoveries: tally.discoveries,
        orders: tally.orders,
        is_shortest: false,
    };
    // L3: a program that runs for ever by intention is none.
    let gets_somewhere = tally.ends || tally.progresses;
    if may_circle && unfinished.is_none() && gets_somewhere {
        unfinished = result.find_livelock(bounds, report);
    }
    if let Some(found) = walked.filter(|_| gets_somewhere) {
        result.add_livelock(found);
    }
    result.shorten(bounds, report);
    debug_assert!(
        unfinished.is_some() || result.sharing.shared() == known,
        "P3: a finished search knows all words that more than one thread touches"
    );
    let mut record = CheckRecord {
        verdict: Verdict::Ok,
        complete: unfinished.is_none(),
        unfinished,
        strategy: name,
        states: tally.states,
        are_distinct: S::KNOWS_STATES,
        executions: tally.executions,
        transitions: tally.transitions,
        depth: tally.depth,
        memory_bytes: tally.memory_bytes,
        outcomes: tally.outcomes,
        findings: Vec::new(),
        counterexample: None,
    };
    result.explain(&mut record);
    compare_outcomes(options, &mut record);
    if record.complete && !record.findings.iter().any(|f| f.kind.is_error()) {
        let missed = conditions::missed(config, &tally.conditions);
        record.findings.extend(missed);
    }
    record.verdict = verdict(&record);
    record
}

/// The first error; without one, whether everything was looked at.
fn verdict(record: &CheckRecord) -> Verdict {
    let errors = record.findings.iter().filter_map(|f| match f.kind {
        FindingKind::Error(verdict) => Some(verdict),
        _ => None,
    });
    let first = errors.into_iter().find(|v| *v != Verdict::LimitReached);
    match first {
        Some(verdict) => verdict,
        None if record.complete => Verdict::Ok,
        None => Verdict::Unfinished,
    }
}

/// What a search has found, on its way to words.
struct Result<'a> {
    config: &'a Arc<Config>,
    sharing: Sharing,
    discoveries: Vec<Discovery>,
    orders: Orders,
    is_shortest: bool,
}

impl Result<'_> {
    /// Finds the shortest way to an error, if there is an error.
    fn shorten(&mut self, bounds: Bounds, report: &mut dyn FnMut(&Tally) -> bool) {
        // Ways to limits and livelocks are as they were found: this search does not look for them.
        let is_left = |clue: &Clue| matches!(clue, Clue::Limit(_) | Clue::Livelock(..));
        let is_error = |d: &&Discovery| d.clue.kind().is_error() && !is_left(&d.clue);
        let errors = self.discoveries.iter().filter(is_error);
        let Some(most) = errors.map(|d| d.path.len()).min() else {
            return self.in_order();
        };
        let bounds = Bounds {
            // Each round visits states again.
            states: bounds.states.saturating_mul(4),
            executions: u64::MAX,
            steps: u64::MAX,
            ends_when_long: false,
            preemptions: None,
        };
        let sharing = self.sharing.clone();
        let levels = Levels::new(most as u32);
        let mut search = Search::new(self.config, levels, sharing, bounds, report);
        search.stops_at_error = true;
        search.run();
        let found = core::mem::take(&mut search.tally);
        let (levels, sharing) = (search.strategy, search.sharing);
        if found.cut.is_some() || !found.discoveries.iter().any(|d| is_error(&d)) {
            return self.in_order();
        }
        let steps = found.discoveries.iter().filter(is_error);
        let steps = steps.map(|d| d.path.len()).min().unwrap_or(0);
        self.merge(found.discoveries);
        let straightest = Straightest::new(levels, steps);
        let mut search = Search::new(self.config, straightest, sharing, bounds, report);
        search.run();
        let found = core::mem::take(&mut search.tally);
        self.sharing = search.sharing;
        self.is_shortest = found.cut.is_none();
        self.merge(found.discoveries);
        self.in_order();
    }

    /// Looks for a fair cycle without progress; why it did not come to an end, if it did not.
    fn find_livelock(
        &mut self,
        bounds: Bounds,
        report: &mut dyn FnMut(&Tally) -> bool,
    ) -> Option<String> {
        let sharing = self.sharing.clone();
        // Is there a cycle at all? The graph takes more memory than the question.
        let mut search = Search::new(self.config, Circles::default(), sharing, bounds, report);
        search.run();
        if !search.strategy.may_circle() {
            return search.tally.cut;
        }
        let sharing = core::mem::take(&mut search.sharing);
        let mut search = Search::new(self.config, WholeGraph::default(), sharing, bounds, report);
        search.run();
        if search.tally.cut.is_some() {
            return search.tally.cut;
        }
        if let Some(found) = livelock::livelock(&search.strategy.graph) {
            self.add_livelock(found);
        }
        None
    }

    fn add_livelock(&mut self, found: Livelock) {
        let mut path = found.path;
        path.extend(&found.circle);
        self.discoveries.push(Discovery {
            clue: Clue::Livelock(found.threads, found.circle.len()),
            switches: switches(&path),
            path,
        });
    }

    /// Takes over shorter ways to the same clues.
    fn merge(&mut self, found: Vec<Discovery>) {
        for new in found {
            match self.discoveries.iter_mut().find(|d| d.clue == new.clue) {
                Some(known) => {
                    // As good is taken too: every strategy then ends with the same way.
                    if (new.path.len(), new.switches) <= (known.path.len(), known.switches) {
                        *known = new;
                    }
                }
                None => self.discoveries.push(new),
            }
        }
    }

    /// Errors first, the shortest first.
    fn in_order(&mut self) {
        self.discoveries.sort_by_cached_key(|d| {
            let kind = d.clue.kind();
            let limit = kind == FindingKind::Error(Verdict::LimitReached);
            let clue = d.clue.clone();
            (
                !kind.is_error(),
                limit,
                d.path.len(),
                d.switches,
                kind,
                clue,
            )
        });
    }

    fn schedule(&self, choices: &[Choice]) -> Schedule {
        Schedule {
            program: program_id(self.config),
            version: VERSION.to_string(),
            shared: self.sharing.shared(),
            choices: choices.to_vec(),
        }
    }

    /// Locks that are taken in different orders and in no deadlock that was found.
    fn lock_orders(&self, complete: bool) -> Vec<Finding> {
        if orders::rings(&self.orders, &BTreeSet::new()).is_empty() {
            return Vec::new();
        }
        let is_deadlock = |d: &&Discovery| matches!(d.clue, Clue::Deadlock(..));
        let deadlocks = self.discoveries.iter().filter(is_deadlock);
        let told = deadlocks.map(|d| {
            let schedule = self.schedule(&d.path);
            replay::locks_of_deadlock(self.config, &schedule, &d.clue)
        });
        let rings = orders::rings(&self.orders, &told.collect());
        let words = rings.iter().map(|ring| {
            let takings = ring.iter().filter_map(|(order, lock)| {
                let schedule = self.schedule(&self.orders[*order]);
                orders::taking(self.config, &schedule, (order, *lock))
            });
            let mut finding = findings::lock_order(Tick(0), takings.collect());
            let mut ways = ring.iter().map(|(order, _)| &self.orders[*order]);
            if !ways.any(|way| orders::together(self.config, &self.schedule(way), ring)) {
                let note = "each order was seen in an interleaving of its own: there may be none that has all";
                finding.notes.push(note.to_string());
                finding.help = Some("if one run can have them all, other timing may make a deadlock of it: one order everywhere needs nothing else".to_string());
            }
            if complete {
                let note =
                    "no interleaving ends in a deadlock there: something else keeps them apart";
                finding.notes.push(note.to_string());
                finding.help = Some("one order everywhere needs nothing else".to_string());
            }
            finding
        });
        words.collect()
    }

    fn explain(&self, record: &mut CheckRecord) {
        let mut said = BTreeSet::new();
        for (n, discovery) in self.discoveries.iter().take(FINDINGS_MAX).enumerate() {
            let schedule = self.schedule(&discovery.path);
            let (finding, walked) = replay::explain(self.config, &schedule, &discovery.clue);
            if n == 0 && finding.kind.is_error() {
                record.counterexample = Some(Counterexample {
                    schedule,
                    switches: discovery.switches,
                    is_shortest: self.is_shortest && !matches!(discovery.clue, Clue::Livelock(..)),
                    trace: walked.trace,
                    output: walked.output,
                });
            }
            // Threads that do the same in the same lines do it once.
            let is_about_threads = finding.kind == FindingKind::ExitHoldingLock;
            let message = (!is_about_threads).then(|| finding.message.clone());
            if said.insert((finding.kind, message, places(&finding))) {
                record.findings.push(finding);
            }
        }
        record.findings.extend(self.lock_orders(record.complete));
        let findings = core::mem::take(&mut record.findings);
        record.findings = findings::one_race_each(findings);
    }
}

/// Findings of one kind at the same lines are one.
fn places(finding: &Finding) -> Vec<(String, u32)> {
    let place = |site: &sim_abi::finding::Site| (site.file.clone(), site.line);
    finding.locations.iter().map(place).collect()
}

/// Are the outcomes those that are allowed?
fn compare_outcomes(options: &Options, record: &mut CheckRecord) {
    let Some(allowed) = &options.outcomes else {
        return;
    };
    let allowed: BTreeSet<&str> = allowed.iter().map(String::as_str).collect();
    let seen: &BTreeMap<String, u64> = &record.outcomes;
    let extra = seen.keys().filter(|o| !allowed.contains(o.as_str()));
    let extra: Vec<String> = extra.map(|o| format!("`{o}`")).collect();
    let missing = allowed.iter().filter(|o| !seen.contains_key(**o));
    let missing: Vec<String> = missing.map(|o| format!("`{o}`")).collect();
    if !extra.is_empty() {
        let message = format!("outcomes: {} came up and is not allowed", extra.join(", "));
        record.findings.push(findings::outcomes(message));
    }
    // What did not come up may still do so if not everything was looked at.
    if !missing.is_empty() && record.complete {
        let message = format!("outcomes: {} never came up", missing.join(", "));
        record.findings.push(findings::outcomes(message));
    }
}
