//! `MurmurHash3` x64 128, the hash behind a sketch, with seed 0 (Austin Appleby's, which is in the public domain).

use wire::{Value, msgpack};

/// The two halves of a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hash {
    /// Chooses the register; above that come the minhash bits.
    pub low: u64,
    /// Its trailing zeros are counted.
    pub high: u64,
}

/// The hash of an element: of its bytes inside a list.
#[must_use]
pub fn hash(element: &Value) -> Hash {
    murmur(&msgpack::encode(element))
}

const C1: u64 = 0x87c3_7b91_1142_53d5;
const C2: u64 = 0x4cf5_ad43_2745_937f;

fn murmur(bytes: &[u8]) -> Hash {
    let (mut low, mut high) = (0_u64, 0_u64);
    let (blocks, tail) = bytes.as_chunks::<16>();
    for block in blocks {
        let (k1, k2) = halves(block);
        low = (low ^ scramble(k1, C1, 31, C2))
            .rotate_left(27)
            .wrapping_add(high);
        low = low.wrapping_mul(5).wrapping_add(0x52dc_e729);
        high = (high ^ scramble(k2, C2, 33, C1))
            .rotate_left(31)
            .wrapping_add(low);
        high = high.wrapping_mul(5).wrapping_add(0x3849_5ab5);
    }
    let mut block = [0; 16];
    block
        .iter_mut()
        .zip(tail)
        .for_each(|(to, from)| *to = *from);
    // A half of zeros scrambles to zero, so an empty tail changes nothing.
    let (k1, k2) = halves(&block);
    low ^= scramble(k1, C1, 31, C2) ^ bytes.len() as u64;
    high ^= scramble(k2, C2, 33, C1) ^ bytes.len() as u64;
    low = low.wrapping_add(high);
    high = high.wrapping_add(low);
    (low, high) = (finish(low), finish(high));
    low = low.wrapping_add(high);
    high = high.wrapping_add(low);
    Hash { low, high }
}

fn halves(block: &[u8; 16]) -> (u64, u64) {
    let both = u128::from_le_bytes(*block);
    (both as u64, (both >> 64) as u64)
}

fn scramble(half: u64, first: u64, turn: u32, second: u64) -> u64 {
    half.wrapping_mul(first)
        .rotate_left(turn)
        .wrapping_mul(second)
}

fn finish(mut half: u64) -> u64 {
    half = (half ^ half >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    half = (half ^ half >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    half ^ half >> 33
}
