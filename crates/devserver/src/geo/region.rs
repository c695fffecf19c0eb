//! [`Region`]: a part of the sphere's surface.

use super::point::Point;
use super::{Bounds, EARTH_RADIUS, Ring};

/// A part of the surface.
#[derive(Clone, Debug, PartialEq)]
pub enum Region {
    /// One or more polygons; a point may be in any of them.
    Polygons(Vec<Polygon>),
    /// All points up to some distance from a centre.
    Circle(Circle),
}

/// Rings inside each other: the outermost encloses, the next is a hole, and so on. Their order does not matter.
#[derive(Clone, Debug, PartialEq)]
pub struct Polygon(pub Vec<Ring>);

/// A centre and a radius.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circle {
    /// The centre.
    pub centre: Point,
    /// The radius in metres.
    pub radius: f64,
}

impl Region {
    /// Whether a point lies in it.
    #[must_use]
    pub fn contains(&self, point: Point) -> bool {
        match self {
            Self::Polygons(polygons) => polygons.iter().any(|polygon| polygon.contains(point)),
            Self::Circle(circle) => circle.contains(point),
        }
    }

    /// Boxes that together hold the region, for an index to rule out most points with.
    #[must_use]
    pub fn bounds(&self) -> Vec<Bounds> {
        match self {
            Self::Polygons(polygons) => {
                let rings = polygons.iter().flat_map(|polygon| &polygon.0);
                rings.map(Ring::bounds).collect()
            }
            Self::Circle(circle) => vec![circle.bounds()],
        }
    }
}

impl Polygon {
    /// Whether a point lies in it.
    #[must_use]
    pub fn contains(&self, point: Point) -> bool {
        let enclosing = self.0.iter().filter(|ring| ring.contains(point));
        enclosing.count() % 2 == 1
    }
}

impl Circle {
    /// Whether a point lies in it.
    #[must_use]
    pub fn contains(&self, point: Point) -> bool {
        self.centre.angle(point) <= self.angle()
    }

    /// A box around it.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        // A billionth of a radian, 6 mm, against rounding.
        let angle = self.angle() + 1e-9;
        let phi = self.centre.phi();
        let latitudes = (phi - angle, phi + angle);
        let spread = (angle.sin() / phi.cos()).asin();
        let beside_poles = latitudes.0 > -std::f64::consts::FRAC_PI_2
            && latitudes.1 < std::f64::consts::FRAC_PI_2
            && spread.is_finite();
        let lambda = self.centre.lambda();
        Bounds::of_radians(
            latitudes,
            beside_poles.then_some((lambda - spread, lambda + spread)),
        )
    }

    fn angle(&self) -> f64 {
        self.radius / EARTH_RADIUS
    }
}
