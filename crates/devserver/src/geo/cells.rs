//! Cells: squares of longitude and latitude, each divided into four, by which an index finds what is near.
//!
//! A cell's id is the path to it from the whole surface, two bits a level, then a one, then zeros: so the ids of all cells inside a cell
//! are the numbers around its own id.

use std::collections::VecDeque;

use super::{Bounds, Point, Shape};

/// Levels of division. A cell of the last is 2 cm high.
const LEVELS: u32 = 30;
/// The most cells that stand for a region that is indexed, and for one that is asked for.
const PER_VALUE: usize = 8;
const PER_QUERY: usize = 32;

#[derive(Clone, Copy, Debug)]
struct Cell {
    level: u32,
    x: u64,
    y: u64,
}

impl Cell {
    /// The smallest cell around a point.
    fn of(point: Point) -> Self {
        let side = (1_u64 << LEVELS) as f64;
        let place = |part: f64| ((part * side) as u64).min((1 << LEVELS) - 1);
        Self {
            level: LEVELS,
            x: place((point.longitude + 180.0) / 360.0),
            y: place((point.latitude + 90.0) / 180.0),
        }
    }

    fn id(self) -> i64 {
        let path = (0..self.level).rev().fold(0, |path, bit| {
            path << 2 | (self.y >> bit & 1) << 1 | self.x >> bit & 1
        });
        ((path << 1 | 1) << (2 * (LEVELS - self.level))) as i64
    }

    fn parent(self) -> Option<Self> {
        Some(Self {
            level: self.level.checked_sub(1)?,
            x: self.x >> 1,
            y: self.y >> 1,
        })
    }

    fn children(self) -> [Self; 4] {
        [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(x, y)| Self {
            level: self.level + 1,
            x: self.x << 1 | x,
            y: self.y << 1 | y,
        })
    }

    /// The ids of all cells inside, itself included.
    fn span(self) -> (i64, i64) {
        let id = self.id();
        let around = (1 << (2 * (LEVELS - self.level))) - 1;
        (id - around, id + around)
    }

    fn meets(self, bounds: &Bounds) -> bool {
        let parts = (1_u64 << self.level) as f64;
        let (west, south) = (
            self.x as f64 / parts * 360.0 - 180.0,
            self.y as f64 / parts * 180.0 - 90.0,
        );
        let (east, north) = (west + 360.0 / parts, south + 180.0 / parts);
        let beside = if bounds.west <= bounds.east {
            west <= bounds.east && east >= bounds.west
        } else {
            west <= bounds.east || east >= bounds.west
        };
        beside && south <= bounds.north && north >= bounds.south
    }
}

/// Cells that hold all of some boxes: not more than a number, or the three of the last division more.
fn cover(bounds: &[Bounds], most: usize) -> Vec<Cell> {
    let whole = Cell {
        level: 0,
        x: 0,
        y: 0,
    };
    let mut cells = VecDeque::from([whole]);
    // The first is always one of the largest.
    while cells.len() < most
        && let Some(cell) = cells.pop_front()
    {
        if cell.level == LEVELS {
            cells.push_front(cell);
            break;
        }
        let meets = |child: &Cell| bounds.iter().any(|bounds| child.meets(bounds));
        cells.extend(cell.children().into_iter().filter(meets));
    }
    cells.into()
}

/// What an index keeps a shape under.
pub(crate) fn keys(shape: &Shape) -> Vec<i64> {
    match shape {
        Shape::Point(point) => vec![Cell::of(*point).id()],
        Shape::Region(region) => cover(&region.bounds(), PER_VALUE)
            .into_iter()
            .map(Cell::id)
            .collect(),
    }
}

/// Where in an index to look for what matches a shape: ranges of keys, in order, none inside another.
pub(crate) fn ranges(shape: &Shape) -> Vec<(i64, i64)> {
    let mut ranges: Vec<_> = match shape {
        Shape::Point(point) => {
            let around = std::iter::successors(Some(Cell::of(*point)), |cell| cell.parent());
            around.map(|cell| (cell.id(), cell.id())).collect()
        }
        Shape::Region(region) => cover(&region.bounds(), PER_QUERY)
            .into_iter()
            .map(Cell::span)
            .collect(),
    };
    ranges.sort_unstable();
    ranges
}
