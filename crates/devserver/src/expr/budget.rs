//! How much one evaluation may do.

use std::cell::Cell;

/// What may be spent.
const UNITS: usize = 1 << 30;
/// What it takes to evaluate a node.
const NODE: usize = 16;
/// What a byte of a value that is made takes.
const BYTE: usize = 4;

/// What an evaluation, with all those it leads to, may still spend: without a limit, definitions could double a list again and again,
/// and loops could nest. What goes beyond it has no value.
#[derive(Debug)]
pub struct Budget(Cell<usize>);

impl Default for Budget {
    fn default() -> Self {
        Self(Cell::new(UNITS))
    }
}

impl Budget {
    /// Pays for a node.
    pub(super) fn spend_node(&self) -> Option<()> {
        self.spend(NODE)
    }

    /// Pays for so many bytes.
    pub(super) fn spend_bytes(&self, bytes: usize) -> Option<()> {
        self.spend(bytes.saturating_mul(BYTE))
    }

    /// `None` once there is not enough left for anything.
    fn spend(&self, units: usize) -> Option<()> {
        let left = self.0.get().checked_sub(units);
        self.0.set(left.unwrap_or(0));
        left.map(|_| ())
    }
}
