//! Bit fields inside bytes, most significant bit first. Bits outside of the bytes read as zero and are not written.

/// The unsigned integer in `size` ≤ 64 bits from bit `offset` on.
pub(crate) fn load(bytes: &[u8], offset: usize, size: usize) -> u64 {
    let size = size.min(64);
    let (first, skip) = (offset / 8, offset % 8);
    // 64 bits that begin inside a byte reach into a ninth.
    let window = (first..first + 9).fold(0_u128, |window, index| {
        window << 8 | u128::from(bytes.get(index).copied().unwrap_or_default())
    });
    ((window >> (72 - skip - size)) & mask(size)) as u64
}

/// Puts the lowest `size` ≤ 64 bits of `value` at bit `offset`.
pub(crate) fn store(bytes: &mut [u8], offset: usize, size: usize, value: u64) {
    let size = size.min(64);
    let (first, skip) = (offset / 8, offset % 8);
    let shift = 72 - skip - size;
    let keep = !(mask(size) << shift);
    let put = (u128::from(value) & mask(size)) << shift;
    let touched = (skip + size).div_ceil(8);
    for (index, byte) in bytes.iter_mut().skip(first).take(touched).enumerate() {
        let at = 64 - 8 * index;
        *byte = *byte & (keep >> at) as u8 | (put >> at) as u8;
    }
}

/// Bits copied out, from the first bit of the result on; the rest of its last byte is zero.
pub(crate) fn copy(bytes: &[u8], offset: usize, size: usize) -> Vec<u8> {
    let mut out = vec![0; size.div_ceil(8)];
    for (from, len) in words(size) {
        store(&mut out, from, len, load(bytes, offset + from, len));
    }
    out
}

/// Replaces bits by what `change` makes of them. It gets where they are, relative to `offset`, how many, and the bits.
pub(crate) fn map(
    bytes: &mut [u8],
    offset: usize,
    size: usize,
    mut change: impl FnMut(usize, usize, u64) -> u64,
) {
    for (from, len) in words(size) {
        let old = load(bytes, offset + from, len);
        store(bytes, offset + from, len, change(from, len, old));
    }
}

/// A range of bits in steps of at most 64: where each begins and how many bits it has.
pub(crate) fn words(size: usize) -> impl DoubleEndedIterator<Item = (usize, usize)> {
    (0..size.div_ceil(64)).map(move |word| (64 * word, (size - 64 * word).min(64)))
}

fn mask(size: usize) -> u128 {
    (1 << size) - 1
}
