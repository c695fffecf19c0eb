//! [`Ring`]: a closed line of geodesic edges, and the smaller of the two sides it has.
//!
//! Whether a point lies on the north pole's side is the parity of the edges its meridian crosses on the way north. Which side is the
//! smaller one follows from the area between the ring and the pole. A vertex at a pole counts as one just beside it, at its longitude.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

use super::Bounds;
use super::point::{Point, cross, dot, wrap};

/// A closed line and what it encloses: whichever of its sides is smaller.
#[derive(Clone, Debug, PartialEq)]
pub struct Ring {
    /// The vertices; an edge leads from the last to the first.
    vertices: Vec<Point>,
    /// Whether the north pole is enclosed.
    polar: bool,
}

impl Ring {
    /// A ring of at least four points of which the last is the first. Repeated points count once.
    #[must_use]
    pub fn new(mut points: Vec<Point>) -> Option<Self> {
        points.dedup();
        if points.len() < 4 || points.first() != points.last() {
            return None;
        }
        points.pop();
        let mut ring = Self {
            vertices: points,
            polar: false,
        };
        ring.polar = ring.encloses_pole();
        Some(ring)
    }

    /// Whether a point is enclosed.
    #[must_use]
    pub fn contains(&self, point: Point) -> bool {
        let crossed = self.edges().filter(|edge| edge.is_north_of(point)).count();
        (crossed % 2 == 0) == self.polar
    }

    /// A box around what is enclosed.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        let south_pole = Point {
            longitude: 0.0,
            latitude: -90.0,
        };
        let (mut south, mut north) = (FRAC_PI_2, -FRAC_PI_2);
        let (mut west, mut east, mut lambda) = (f64::INFINITY, f64::NEG_INFINITY, 0.0);
        for edge in self.edges() {
            let (low, high) = edge.latitudes();
            (south, north) = (south.min(low), north.max(high));
            (west, east) = (west.min(lambda), east.max(lambda));
            lambda += edge.turn();
        }
        if self.polar {
            north = FRAC_PI_2;
        }
        let reaches_south = self.contains(south_pole);
        if reaches_south {
            south = -FRAC_PI_2;
        }
        let start = self.vertices.first().map_or(0.0, |first| first.lambda());
        let all_around = self.polar || reaches_south || east - west >= TAU;
        Bounds::of_radians(
            (south, north),
            (!all_around).then_some((start + west, start + east)),
        )
    }

    fn edges(&self) -> impl Iterator<Item = Edge> {
        let ends = self.vertices.iter().cycle().skip(1);
        self.vertices
            .iter()
            .zip(ends)
            .map(|(from, to)| Edge(*from, *to))
    }

    fn encloses_pole(&self) -> bool {
        let turn: f64 = self.edges().map(|edge| edge.turn()).sum();
        let area = self
            .edges()
            .map(|edge| edge.polar_area())
            .sum::<f64>()
            .abs();
        // A ring that goes around the pole bounds this area with the pole in it, any other one without.
        let around = turn.abs() > PI;
        around == (area <= TAU)
    }
}

/// The shorter way from one point to another. Between opposite longitudes it passes beside a pole.
struct Edge(Point, Point);

impl Edge {
    /// How far east it leads, in radians.
    fn turn(&self) -> f64 {
        wrap(self.1.lambda() - self.0.lambda())
    }

    /// The signed area of the triangle with the north pole.
    fn polar_area(&self) -> f64 {
        let half = |point: Point| ((FRAC_PI_2 - point.phi()) / 2.0).sin_cos();
        let ((sin_a, cos_a), (sin_b, cos_b)) = (half(self.0), half(self.1));
        let (sin_turn, cos_turn) = self.turn().sin_cos();
        let (sin, cos) = (sin_a * sin_b, cos_a * cos_b);
        2.0 * (sin * sin_turn).atan2(cos + sin * cos_turn)
    }

    /// Whether the meridian from a point to the north pole crosses it.
    fn is_north_of(&self, point: Point) -> bool {
        let lambda = point.lambda();
        // An end on the meridian itself counts as east of it, so that edges that meet there cross it as often as their line does.
        let is_west = |end: Point| wrap(end.lambda() - lambda) < 0.0;
        let (west, east) = if self.turn() > 0.0 {
            (self.0, self.1)
        } else {
            (self.1, self.0)
        };
        is_west(west) && !is_west(east) && self.latitude_at(lambda) > point.phi()
    }

    /// Where it crosses a meridian.
    fn latitude_at(&self, lambda: f64) -> f64 {
        let [x, y, z] = cross(self.0.vector(), self.1.vector());
        let slope = -(x * lambda.cos() + y * lambda.sin());
        (slope * self.turn().signum()).atan2(z.abs())
    }

    /// The lowest and the highest latitude on it.
    fn latitudes(&self) -> (f64, f64) {
        let (from, to) = (self.0.phi(), self.1.phi());
        let (mut low, mut high) = (from.min(to), from.max(to));
        let (from, to) = (self.0.vector(), self.1.vector());
        let normal = cross(from, to);
        let [x, y, z] = normal;
        let across = x.hypot(y);
        let passes =
            |place| dot(cross(from, place), normal) > 0.0 && dot(cross(place, to), normal) > 0.0;
        // The great circle's highest point lies square to the normal, as close to the pole as the normal is to the equator.
        let apex = [-x * z, -y * z, across * across];
        let top = across.atan2(z.abs());
        if passes(apex) {
            high = high.max(top);
        }
        if passes(apex.map(|part| -part)) {
            low = low.min(-top);
        }
        (low, high)
    }
}
