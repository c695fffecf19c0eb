//! [`Sketch`]: the registers of a `HyperLogLog`.
//!
//! As a particle it is `flags 0 | index bits | minhash bits | cached count, 8 bytes little-endian | registers`. A register has 6 bits
//! for rho, the place of the first one in half a hash, and above zero minhash bits below them; registers are packed without gaps, most
//! significant bit first.

use wire::{ResultCode, Value};

use super::hash::Hash;
use crate::bits::field;

const HEAD: usize = 11;
const RHO_BITS: usize = 6;

/// The bytes are no sketch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadSketch;

/// A `HyperLogLog`, with minhash bits a `HyperMinHash`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    index_bits: u8,
    minhash_bits: u8,
    /// The last estimate, 0 if a register has changed since.
    pub(super) cached: u64,
    registers: Vec<u8>,
}

impl Sketch {
    /// An empty sketch: 4 to 16 index bits, no or 4 to 51 minhash bits, no more than 64 together.
    pub fn new(index_bits: i64, minhash_bits: i64) -> Result<Self, ResultCode> {
        let valid = (4..=16).contains(&index_bits)
            && (minhash_bits == 0 || (4..=51).contains(&minhash_bits))
            && index_bits + minhash_bits <= 64;
        if !valid {
            return Err(ResultCode::Parameter);
        }
        let mut sketch = Self {
            index_bits: index_bits as u8,
            minhash_bits: minhash_bits as u8,
            cached: 0,
            registers: Vec::new(),
        };
        let bits = sketch.len() * sketch.register_bits();
        sketch.registers = vec![0; bits.div_ceil(8)];
        Ok(sketch)
    }

    /// Reads a particle.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadSketch> {
        let (&[0, index_bits, minhash_bits, ref cached @ ..], registers) =
            bytes.split_first_chunk::<HEAD>().ok_or(BadSketch)?
        else {
            return Err(BadSketch);
        };
        let mut sketch =
            Self::new(i64::from(index_bits), i64::from(minhash_bits)).map_err(|_| BadSketch)?;
        if registers.len() != sketch.registers.len() {
            return Err(BadSketch);
        }
        sketch.cached = u64::from_le_bytes(*cached);
        sketch.registers.copy_from_slice(registers);
        Ok(sketch)
    }

    /// Writes the particle.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut bytes = vec![0, self.index_bits, self.minhash_bits];
        bytes.extend_from_slice(&self.cached.to_le_bytes());
        bytes.extend_from_slice(&self.registers);
        Value::Hll(bytes.into())
    }

    /// The logarithm of the number of registers.
    #[must_use]
    pub const fn index_bits(&self) -> u8 {
        self.index_bits
    }

    /// The minhash bits of a register.
    #[must_use]
    pub const fn minhash_bits(&self) -> u8 {
        self.minhash_bits
    }

    /// The number of registers.
    #[expect(clippy::len_without_is_empty, reason = "it is a power of two")]
    #[must_use]
    pub const fn len(&self) -> usize {
        1 << self.index_bits
    }

    /// Adds an element; whether a register has changed.
    pub fn add(&mut self, hash: Hash) -> bool {
        let (index, value) = self.place(hash);
        let grows = value > self.register(index);
        if grows {
            self.set(index, value);
            self.cached = 0;
        }
        grows
    }

    /// Whether an element may have been added.
    #[must_use]
    pub fn may_contain(&self, hash: Hash) -> bool {
        let (index, value) = self.place(hash);
        self.register(index) >= value
    }

    /// Forgets all elements.
    pub fn clear(&mut self) {
        self.cached = 0;
        self.registers.fill(0);
    }

    /// The register at `index`.
    #[must_use]
    pub fn register(&self, index: usize) -> u64 {
        let bits = self.register_bits();
        field::load(&self.registers, index * bits, bits)
    }

    /// All registers.
    pub fn registers(&self) -> impl Iterator<Item = u64> {
        (0..self.len()).map(|index| self.register(index))
    }

    /// The part of a register that counts: where the first one of half a hash was.
    pub(super) const fn rho(&self, register: u64) -> u64 {
        register >> self.minhash_bits
    }

    /// Puts a register; bits that do not fit are lost.
    pub(super) fn set(&mut self, index: usize, value: u64) {
        let bits = self.register_bits();
        field::store(&mut self.registers, index * bits, bits, value);
    }

    /// The union, with the fewest index bits of all and with minhash bits only if all have the same.
    #[must_use]
    pub fn union(sketches: &[&Self]) -> Option<Self> {
        let index_bits = sketches.iter().map(|sketch| sketch.index_bits).min()?;
        let minhash_bits = agreed_minhash_bits(sketches);
        let mut union = Self::new(index_bits.into(), minhash_bits.into()).ok()?;
        for sketch in sketches {
            let dropped = sketch.minhash_bits - minhash_bits;
            for (index, register) in sketch.registers().enumerate() {
                let (index, register) = (index & (union.len() - 1), register >> dropped);
                if register > union.register(index) {
                    union.set(index, register);
                }
            }
        }
        Some(union)
    }

    /// Where an element belongs and what its register would hold with it alone.
    const fn place(&self, hash: Hash) -> (usize, u64) {
        let index = hash.low as usize & (self.len() - 1);
        let minhash = hash.low >> self.index_bits & ((1 << self.minhash_bits) - 1);
        let rho = hash.high.trailing_zeros() as u64 + 1;
        (index, rho << self.minhash_bits | minhash)
    }

    const fn register_bits(&self) -> usize {
        RHO_BITS + self.minhash_bits as usize
    }
}

/// The minhash bits of all sketches if they have the same, or none.
pub(super) fn agreed_minhash_bits(sketches: &[&Sketch]) -> u8 {
    let mut bits = sketches.iter().map(|sketch| sketch.minhash_bits);
    let first = bits.next().unwrap_or_default();
    if bits.all(|other| other == first) {
        first
    } else {
        0
    }
}
