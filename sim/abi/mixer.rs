//! Mixes words into 128 bits: two lanes of multiply-and-fold. The same on every machine.
//!
//! For what a state is known by. Not for secrets.

/// What has been mixed so far.
#[derive(Clone, Copy, Debug)]
pub struct Mixer(u64, u64);

impl Mixer {
    /// Nothing but a seed.
    #[inline]
    pub fn new(seed: u64) -> Mixer {
        Mixer(
            seed ^ 0x9e37_79b9_7f4a_7c15,
            seed.rotate_left(32) ^ 0xd1b5_4a32_d192_ed03,
        )
    }

    /// One word more.
    #[inline]
    pub fn add(&mut self, word: u64) {
        self.0 = fold(self.0 ^ word, 0xa076_1d64_78bd_642f);
        self.1 = fold(self.1.wrapping_add(word), 0xe703_7ed1_a0b4_28db);
    }

    /// Two words more.
    #[inline]
    pub fn add_wide(&mut self, wide: u128) {
        self.add(wide as u64);
        self.add((wide >> 64) as u64);
    }

    /// Bytes, and how many there were.
    #[inline]
    pub fn add_bytes(&mut self, bytes: impl Iterator<Item = u8>) {
        let (mut word, mut count) = (0_u64, 0_u64);
        bytes.for_each(|byte| {
            word = word << 8 | u64::from(byte);
            count += 1;
            if count.is_multiple_of(8) {
                self.add(word);
            }
        });
        // Bytes that have been added already do no harm.
        self.add(word);
        self.add(count);
    }

    /// All of it in 128 bits.
    #[inline]
    pub fn finish(self) -> u128 {
        let low = fold(self.0 ^ self.1.rotate_left(17), 0x8ebc_6af0_9c88_c6e3);
        let high = fold(self.1 ^ self.0.rotate_left(41), 0x5899_65cc_7537_4cc3);
        u128::from(high) << 64 | u128::from(low)
    }
}

#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product >> 64) as u64 ^ product as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes are told apart by what they are, where they are and how many there are, zeros too.
    #[test]
    fn bytes_are_told_apart() {
        let of = |bytes: &[u8]| {
            let mut mixer = Mixer::new(0);
            mixer.add_bytes(bytes.iter().copied());
            mixer.finish()
        };
        let mut all: alloc::vec::Vec<u128> = (0..40).map(|n| of(&[0; 40][..n])).collect();
        for n in 0..40 {
            let mut bytes = [0; 40];
            bytes[n] = 1;
            all.push(of(&bytes));
        }
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 80);
    }
}
