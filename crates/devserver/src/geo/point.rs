//! [`Point`]: a place on the sphere.

use std::f64::consts::{PI, TAU};

/// A place by its longitude and latitude, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// East of Greenwich: −180 to 180.
    pub longitude: f64,
    /// North of the equator: −90 to 90.
    pub latitude: f64,
}

impl Point {
    /// A place, if there is such a place.
    #[must_use]
    pub fn new(longitude: f64, latitude: f64) -> Option<Self> {
        (longitude.abs() <= 180.0 && latitude.abs() <= 90.0).then_some(Self {
            longitude,
            latitude,
        })
    }

    /// The angle between two places seen from the centre, in radians.
    #[must_use]
    pub fn angle(self, other: Self) -> f64 {
        let (a, b) = (self.vector(), other.vector());
        // The arc tangent is exact for small angles, where the arc cosine of the product is not.
        length(cross(a, b)).atan2(dot(a, b))
    }

    pub(super) const fn lambda(self) -> f64 {
        self.longitude.to_radians()
    }

    pub(super) const fn phi(self) -> f64 {
        self.latitude.to_radians()
    }

    /// The place as a vector from the centre.
    pub(super) fn vector(self) -> [f64; 3] {
        let (sin, cos) = self.phi().sin_cos();
        [cos * self.lambda().cos(), cos * self.lambda().sin(), sin]
    }
}

/// The same direction between −π, inclusive, and π.
pub(super) fn wrap(angle: f64) -> f64 {
    if (-PI..PI).contains(&angle) {
        angle
    } else {
        (angle + PI).rem_euclid(TAU) - PI
    }
}

pub(super) fn cross([ax, ay, az]: [f64; 3], [bx, by, bz]: [f64; 3]) -> [f64; 3] {
    [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx]
}

pub(super) fn dot([ax, ay, az]: [f64; 3], [bx, by, bz]: [f64; 3]) -> f64 {
    ax * bx + ay * by + az * bz
}

pub(super) fn length(vector: [f64; 3]) -> f64 {
    dot(vector, vector).sqrt()
}
