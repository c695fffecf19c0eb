//! What sketches say about the sets behind them.
//!
//! The count is Ertl's improved raw estimator (arXiv 1702.01284, algorithm 6). With minhash bits the similarity is `HyperMinHash`'s (Yu
//! and Weber, arXiv 1710.08436); without, it and the intersection follow from the counts of unions.

#![expect(
    clippy::cast_precision_loss,
    reason = "there are at most 2^16 registers, and estimates have few digits"
)]

use wire::ResultCode;

use super::sketch::{Sketch, agreed_minhash_bits};

/// The largest rho a register can hold, and one more, which it cannot.
const RHOS: usize = 65;

impl Sketch {
    /// How many elements were added, about.
    #[must_use]
    pub fn count(&self) -> u64 {
        if self.cached == 0 {
            self.estimate()
        } else {
            self.cached
        }
    }

    fn estimate(&self) -> u64 {
        let mut histogram = [0_u32; RHOS];
        for register in self.registers() {
            if let Some(count) = histogram.get_mut(self.rho(register) as usize) {
                *count += 1;
            }
        }
        let m = self.len() as f64;
        let [empty, counts @ ..] = histogram;
        let mut z = m * tau(f64::from(counts.last().copied().unwrap_or_default()) / m);
        for count in counts.iter().rev() {
            z = f64::midpoint(z, f64::from(*count));
        }
        z += m * sigma(f64::from(empty) / m);
        let alpha = match self.index_bits() {
            4 => 0.673,
            5 => 0.697,
            6 => 0.709,
            _ => 0.7213 / (1.0 + 1.079 / m),
        };
        (alpha * m * m / z).round() as u64
    }
}

/// How many elements are in any of the sets.
pub(super) fn union_count(sketches: &[&Sketch]) -> u64 {
    Sketch::union(sketches).map_or(0, |union| union.count())
}

/// How many elements are in all of the sets.
pub(super) fn intersect_count(sketches: &[&Sketch]) -> Result<u64, ResultCode> {
    if agreed_minhash_bits(sketches) == 0 {
        return inclusion_exclusion(sketches);
    }
    Ok((union_count(sketches) as f64 * minhash_similarity(sketches)).round() as u64)
}

/// The Jaccard index: elements in all sets over elements in any.
pub(super) fn similarity(sketches: &[&Sketch]) -> Result<f64, ResultCode> {
    if agreed_minhash_bits(sketches) == 0 {
        let intersection = inclusion_exclusion(sketches)?;
        return Ok(intersection as f64 / union_count(sketches) as f64);
    }
    Ok(minhash_similarity(sketches))
}

/// Possible for two or three sets: the error grows with each more.
fn inclusion_exclusion(sketches: &[&Sketch]) -> Result<u64, ResultCode> {
    let any = |sketches: &[&Sketch]| union_count(sketches) as i64;
    let count = match *sketches {
        [a, b] => any(&[a]) + any(&[b]) - any(&[a, b]),
        [a, b, c] => {
            let singles = any(&[a]) + any(&[b]) + any(&[c]);
            singles - any(&[a, b]) - any(&[a, c]) - any(&[b, c]) + any(&[a, b, c])
        }
        _ => return Err(ResultCode::Parameter),
    };
    Ok(count.max(0) as u64)
}

fn minhash_similarity(sketches: &[&Sketch]) -> f64 {
    let Some(union) = Sketch::union(sketches) else {
        return f64::NAN;
    };
    let filled = union.registers().filter(|register| *register != 0).count();
    if filled == 0 {
        return -f64::NAN;
    }
    if sketches
        .iter()
        .any(|sketch| sketch.registers().all(|register| register == 0))
    {
        return 0.0;
    }
    let common = intersect(sketches, &union);
    let equal = common.registers().filter(|register| *register != 0).count();
    let chance = match *sketches {
        [a, b] => expected_collisions(&union, a.count(), b.count()),
        _ => 0.0,
    };
    if (equal as f64) < chance {
        return 0.0;
    }
    (equal as f64 - chance) / filled as f64
}

/// The registers that are equal in all sketches, the others 0. Where sketches with more registers are folded, each of those is held
/// against the result on its own, as a server does it: few survive.
fn intersect(sketches: &[&Sketch], union: &Sketch) -> Sketch {
    let mut common = union.clone();
    let mut first = true;
    for sketch in sketches {
        for (index, register) in sketch.registers().enumerate() {
            let index = index & (common.len() - 1);
            let keep = first || common.register(index) == register;
            common.set(index, if keep { register } else { 0 });
        }
        first = false;
    }
    common
}

/// How many registers of two sketches of so many elements are equal by chance.
fn expected_collisions(union: &Sketch, a: u64, b: u64) -> f64 {
    let (more, fewer) = (a.max(b) as f64, a.min(b) as f64);
    let index_bits = i32::from(union.index_bits());
    let scale = 2.0_f64.powi(index_bits - i32::from(union.minhash_bits()));
    if more > 2.0_f64.powi(index_bits + 5) {
        let ratio = more / fewer;
        return 0.169_919_487_159_739_1 * 4.0 * ratio / (1.0 + ratio).powi(2) * scale;
    }
    let last = RHOS as i32 - 1;
    let same_rho = (1..=last).map(|rho| {
        let high = 2.0_f64.powi(1 - index_bits - rho);
        let low = if rho == last { 0.0 } else { high / 2.0 };
        let probability = |n: f64| (1.0 - low).powf(n) - (1.0 - high).powf(n);
        probability(more) * probability(fewer)
    });
    same_rho.sum::<f64>() * scale
}

/// Corrects for registers that are still empty.
fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let next = z + x * y;
        y += y;
        if next <= z {
            return z;
        }
        z = next;
    }
}

/// Corrects for registers that are full.
fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        y *= 0.5;
        let next = z - (1.0 - x).powi(2) * y;
        if next >= z {
            return z / 3.0;
        }
        z = next;
    }
}
