//! "Did you mean …?": the closest of the words that would have been right.

use alloc::vec::Vec;

/// Levenshtein distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// The candidate that a person who wrote `word` probably meant.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > 64 {
        return None; // No key is that long, and the distance takes quadratic time.
    }
    let tolerance = (word.chars().count() / 3).max(1);
    let near = |c: &'a str| (distance(word, c), c);
    let best = candidates.into_iter().map(near).min()?;
    let begins = word.len() >= 3 && best.1.starts_with(word);
    (best.0 <= tolerance || begins).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        let keys = ["cores", "quantum", "policy", "seed"];
        assert_eq!(closest("quantom", keys), Some("quantum"));
        assert_eq!(closest("core", keys), Some("cores"));
        assert_eq!(closest("sed", keys), Some("seed"));
        assert_eq!(closest("bananas", keys), None);
        assert_eq!(closest("", []), None);
    }
}
