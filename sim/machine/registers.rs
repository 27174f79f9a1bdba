//! What one hart remembers between two instructions.

/// The registers of a hart.
///
/// # Invariants
/// `x[0]` is 0: [`crate::run`] never writes it, and whoever else writes registers must not either.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Registers {
    /// `x0` to `x31`.
    pub x: [u32; 32],
    /// The address of the next instruction.
    pub pc: u32,
    /// Who this is, for LR/SC: a token that no other owner of registers has at the same time.
    pub hart: u32,
}
