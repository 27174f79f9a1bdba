//! `sim explain TOPIC`: each verdict and warning in the words of a textbook, with how to fix it.

/// The topics and their texts.
pub const TOPICS: &[(&str, &str)] = &[
    ("ok", include_str!("explain/ok.txt")),
    ("deadlock", include_str!("explain/deadlock.txt")),
    ("livelock", include_str!("explain/livelock.txt")),
    ("data-race", include_str!("explain/data-race.txt")),
    (
        "assertion-failed",
        include_str!("explain/assertion-failed.txt"),
    ),
    ("crashed", include_str!("explain/crashed.txt")),
    ("memory-error", include_str!("explain/memory-error.txt")),
    ("misuse", include_str!("explain/misuse.txt")),
    ("limit-reached", include_str!("explain/limit-reached.txt")),
    ("unfinished", include_str!("explain/unfinished.txt")),
    ("lock-order", include_str!("explain/lock-order.txt")),
    ("leak", include_str!("explain/leak.txt")),
    (
        "exit-holding-lock",
        include_str!("explain/exit-holding-lock.txt"),
    ),
    ("lost-signal", include_str!("explain/lost-signal.txt")),
    ("scheduling", include_str!("explain/scheduling.txt")),
];

/// The text of a topic.
pub fn explain(topic: &str) -> Option<&'static str> {
    TOPICS
        .iter()
        .find(|(name, _)| *name == topic)
        .map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_abi::{FindingKind, Verdict};

    #[test]
    fn every_verdict_and_every_warning_is_explained() {
        let warnings = [
            FindingKind::LockOrder,
            FindingKind::Leak,
            FindingKind::ExitHoldingLock,
            FindingKind::LostSignal,
        ];
        let verdicts = Verdict::ALL.iter().map(|v| v.name());
        for name in verdicts.chain(warnings.iter().map(|w| w.name())) {
            let text = explain(name).unwrap_or_else(|| panic!("{name} is not explained"));
            assert!(text.starts_with(&std::format!("{name}: ")), "{name}");
        }
    }
}
