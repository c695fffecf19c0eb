//! `GeoJSON` values and which points lie in which regions, on a sphere.
//!
//! A value is a [`Shape`]: a point, or a [`Region`]. [`within`] is the one question a server asks of two values.

mod bounds;
pub(crate) mod cells;
mod json;
mod point;
mod region;
mod ring;

use wire::ResultCode;

pub use bounds::Bounds;
pub use point::Point;
pub use region::{Circle, Polygon, Region};
pub use ring::Ring;

/// The radius an `AeroCircle`'s metres are divided by, in metres.
pub const EARTH_RADIUS: f64 = 6_371_000.0;

/// What a `GeoJSON` value describes.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A place.
    Point(Point),
    /// A part of the surface.
    Region(Region),
}

impl Shape {
    /// Reads `GeoJSON` text: a `Point`, `Polygon`, `MultiPolygon`, `AeroCircle`, or a `Feature` with one of these as its geometry.
    /// Anything else is [`ResultCode::GeoJson`].
    pub fn parse(text: &[u8]) -> Result<Self, ResultCode> {
        json::parse(text).ok_or(ResultCode::GeoJson)
    }

    /// The point, if it is one.
    #[must_use]
    pub const fn as_point(&self) -> Option<&Point> {
        match self {
            Self::Point(point) => Some(point),
            Self::Region(_) => None,
        }
    }

    /// The region, if it is one.
    #[must_use]
    pub const fn as_region(&self) -> Option<&Region> {
        match self {
            Self::Region(region) => Some(region),
            Self::Point(_) => None,
        }
    }
}

/// Whether one is a point and the other a region with the point in it. Two points, or two regions, never match.
#[must_use]
pub fn within(a: &Shape, b: &Shape) -> bool {
    match (a, b) {
        (Shape::Point(point), Shape::Region(region))
        | (Shape::Region(region), Shape::Point(point)) => region.contains(*point),
        _ => false,
    }
}
