//! [`Bounds`]: a box of longitudes and latitudes.

use super::Point;

/// A box, in degrees. One whose west is greater than its east reaches over the antimeridian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// The least latitude.
    pub south: f64,
    /// The greatest latitude.
    pub north: f64,
    /// Where it begins, going east.
    pub west: f64,
    /// Where it ends, going east.
    pub east: f64,
}

/// Added on every side against rounding: a tenth of a millimetre.
const MARGIN: f64 = 1e-9;

impl Bounds {
    /// Whether a point is in the box.
    #[must_use]
    pub fn contains(&self, point: Point) -> bool {
        let Point {
            longitude,
            latitude,
        } = point;
        let beside = if self.west <= self.east {
            longitude >= self.west && longitude <= self.east
        } else {
            longitude >= self.west || longitude <= self.east
        };
        beside && latitude >= self.south && latitude <= self.north
    }

    /// From radians: latitudes from south to north, and longitudes from west to east or all of them.
    pub(super) fn of_radians(latitudes: (f64, f64), longitudes: Option<(f64, f64)>) -> Self {
        let (west, east) = longitudes
            .map(|(west, east)| (west.to_degrees() - MARGIN, east.to_degrees() + MARGIN))
            .filter(|(west, east)| east - west < 360.0)
            .map_or((-180.0, 180.0), |(west, east)| (turned(west), turned(east)));
        Self {
            south: latitudes.0.to_degrees() - MARGIN,
            north: latitudes.1.to_degrees() + MARGIN,
            west,
            east,
        }
    }
}

fn turned(longitude: f64) -> f64 {
    (longitude + 180.0).rem_euclid(360.0) - 180.0
}
