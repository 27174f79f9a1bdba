//! A hasher that is the same everywhere: no random seed. Only for tables whose order nobody sees.

use core::hash::{BuildHasher, Hasher};

/// Builds [`Folding`] hashers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fixed;

/// Multiplies and folds, a word at a time.
#[derive(Clone, Copy, Debug)]
pub struct Folding(u64);

impl BuildHasher for Fixed {
    type Hasher = Folding;

    fn build_hasher(&self) -> Folding {
        Folding(0x9e37_79b9_7f4a_7c15)
    }
}

impl Hasher for Folding {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word) * 0xa076_1d64_78bd_642f_u128;
        self.0 = (product >> 64) as u64 ^ product as u64;
    }

    fn write_u128(&mut self, word: u128) {
        // A fingerprint is mixed already.
        self.0 ^= word as u64;
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn write_isize(&mut self, word: isize) {
        self.write_u64(word as u64);
    }
}
