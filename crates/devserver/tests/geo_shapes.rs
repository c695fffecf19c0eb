//! Which points lie in which regions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::f64::consts::PI;

use devserver::geo::{Point, Region, Ring, Shape, within};
use proptest::prelude::*;
use wire::ResultCode;

fn point(longitude: f64, latitude: f64) -> Point {
    Point::new(longitude, latitude).unwrap()
}

fn region(text: &str) -> Region {
    Shape::parse(text.as_bytes())
        .unwrap()
        .as_region()
        .unwrap()
        .clone()
}

fn polygon(rings: &str) -> Region {
    region(&format!(
        r#"{{"type": "Polygon", "coordinates": [{rings}]}}"#
    ))
}

/// Asserts what is inside and what is not, and that the bounds hold what is inside.
fn assert_holds(region: &Region, inside: &[(f64, f64)], outside: &[(f64, f64)]) {
    for (longitude, latitude) in inside {
        let point = point(*longitude, *latitude);
        assert!(region.contains(point), "{point:?} is inside");
        let bounds = region.bounds();
        assert!(
            bounds.iter().any(|bounds| bounds.contains(point)),
            "{point:?} in {bounds:?}"
        );
    }
    for (longitude, latitude) in outside {
        let point = point(*longitude, *latitude);
        assert!(!region.contains(point), "{point:?} is outside");
    }
}

#[test]
fn squares_in_either_direction() {
    let inside = [(5.0, 5.0), (0.1, 0.1), (9.9, 9.9)];
    let outside = [
        (-1.0, 5.0),
        (11.0, 5.0),
        (5.0, -1.0),
        (5.0, 11.0),
        (-175.0, -5.0),
        (0.0, 90.0),
        (0.0, -90.0),
    ];
    assert_holds(
        &polygon("[[0,0],[10,0],[10,10],[0,10],[0,0]]"),
        &inside,
        &outside,
    );
    assert_holds(
        &polygon("[[0,0],[0,10],[10,10],[10,0],[0,0]]"),
        &inside,
        &outside,
    );
}

#[test]
fn edges_are_geodesic() {
    let wide = polygon("[[0,50],[90,50],[90,40],[0,40],[0,50]]");
    // Halfway, the northern edge has risen to the latitude whose tangent is √2 · tan 50°, the southern one to √2 · tan 40°.
    assert_holds(
        &wide,
        &[(45.0, 59.3), (45.0, 50.0)],
        &[(45.0, 59.4), (45.0, 49.8), (45.0, 41.0)],
    );
}

#[test]
fn the_antimeridian() {
    let inside = [(180.0, 0.0), (-180.0, 0.0), (175.0, 5.0), (-175.0, -5.0)];
    let outside = [(0.0, 0.0), (169.0, 0.0), (-169.0, 0.0), (180.0, 11.0)];
    let over = polygon("[[170,-10],[-170,-10],[-170,10],[170,10],[170,-10]]");
    assert_holds(&over, &inside, &outside);
    let bounds = over.bounds()[0];
    assert!(bounds.west > 169.9 && bounds.east < -169.9);
}

#[test]
fn poles() {
    let arctic = polygon("[[0,80],[90,80],[180,80],[-90,80],[0,80]]");
    assert_holds(
        &arctic,
        &[(0.0, 90.0), (45.0, 89.0), (-135.0, 84.0), (0.0, 80.1)],
        &[(0.0, 79.0), (0.0, -90.0), (45.0, 81.0)],
    );
    let antarctic = polygon("[[0,-80],[90,-80],[180,-80],[-90,-80],[0,-80]]");
    assert_holds(
        &antarctic,
        &[(0.0, -90.0), (45.0, -89.0)],
        &[(0.0, -79.0), (0.0, 90.0), (0.0, 0.0)],
    );
    let octant = polygon("[[0,0],[90,0],[0,90],[0,0]]");
    assert_holds(
        &octant,
        &[(45.0, 45.0), (1.0, 1.0), (89.0, 89.0)],
        &[(-45.0, 45.0), (135.0, 45.0), (45.0, -1.0)],
    );
    let southern = polygon("[[0,0],[90,0],[0,-90],[0,0]]");
    assert_holds(
        &southern,
        &[(45.0, -45.0)],
        &[(-45.0, -45.0), (135.0, -45.0), (45.0, 1.0)],
    );
    let across = polygon("[[-10,70],[10,70],[170,70],[-170,70],[-10,70]]");
    assert_holds(
        &across,
        &[(0.0, 75.0), (180.0, 75.0), (0.0, 90.0)],
        &[(90.0, 75.0), (-90.0, 75.0), (0.0, 69.0)],
    );
}

#[test]
fn the_smaller_side() {
    let most = polygon("[[-100,-60],[100,-60],[100,60],[-100,60],[-100,-60]]");
    // Its edges run the short way, over the antimeridian.
    assert_holds(
        &most,
        &[(180.0, 0.0), (150.0, 30.0)],
        &[(0.0, 0.0), (90.0, 0.0)],
    );
    let southern = polygon("[[0,10],[90,10],[180,10],[-90,10],[0,10]]");
    assert_holds(
        &southern,
        &[(0.0, 90.0), (0.0, 11.0)],
        &[(0.0, 0.0), (0.0, -90.0)],
    );
    let northern = polygon("[[0,-10],[90,-10],[180,-10],[-90,-10],[0,-10]]");
    assert_holds(
        &northern,
        &[(0.0, -90.0), (0.0, -11.0)],
        &[(0.0, 0.0), (0.0, 90.0)],
    );
}

#[test]
fn holes_by_nesting() {
    let rings = [
        "[[0,0],[30,0],[30,30],[0,30],[0,0]]",
        "[[5,5],[25,5],[25,25],[5,25],[5,5]]",
        "[[10,10],[20,10],[20,20],[10,20],[10,10]]",
    ];
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let nested = polygon(&order.map(|at| rings[at]).join(","));
        assert_holds(
            &nested,
            &[(2.0, 2.0), (15.0, 15.0)],
            &[(7.0, 7.0), (22.0, 15.0), (31.0, 15.0)],
        );
    }
}

#[test]
fn multipolygons() {
    let two = region(
        r#"{"type": "MultiPolygon", "coordinates": [
            [[[0,0],[1,0],[1,1],[0,1],[0,0]]],
            [[[0.5,0.5],[2,0.5],[2,2],[0.5,2],[0.5,0.5]]]]}"#,
    );
    assert_holds(
        &two,
        &[(0.2, 0.2), (0.7, 0.7), (1.5, 1.5)],
        &[(1.5, 0.2), (3.0, 3.0)],
    );
}

#[test]
fn circles() {
    let circle = region(r#"{"type": "AeroCircle", "coordinates": [[-122.0, 37.5], 1000]}"#);
    // A degree of latitude is 111.19 km.
    assert_holds(
        &circle,
        &[(-122.0, 37.5), (-122.0, 37.5089)],
        &[(-122.0, 37.5091), (-121.98, 37.5)],
    );
    let polar = region(r#"{"type": "AeroCircle", "coordinates": [[0, 89.9], 100000]}"#);
    assert_holds(&polar, &[(0.0, 90.0), (180.0, 89.3)], &[(180.0, 89.1)]);
    let dateline = region(r#"{"type": "AeroCircle", "coordinates": [[180, 0], 100000]}"#);
    assert_holds(&dateline, &[(179.5, 0.0), (-179.5, 0.0)], &[(0.0, 0.0)]);
    let all = region(r#"{"type": "AeroCircle", "coordinates": [[0, 0], 30000000]}"#);
    assert_holds(&all, &[(180.0, 0.0), (0.0, -90.0)], &[]);
}

#[test]
fn features() {
    let feature = br#"{"type": "Feature", "properties": {"name": "x"}, "geometry": {"type": "Point", "coordinates": [1, 2.5]}}"#;
    assert_eq!(Shape::parse(feature), Ok(Shape::Point(point(1.0, 2.5))));
}

#[test]
fn refused() {
    let bad = [
        "",
        "{",
        "[]",
        "1",
        r#"{"coordinates": [0, 0]}"#,
        r#"{"type": "Point"}"#,
        r#"{"type": "Point", "coordinates": [0]}"#,
        r#"{"type": "Point", "coordinates": [0, 0, 0]}"#,
        r#"{"type": "Point", "coordinates": ["0", 0]}"#,
        r#"{"type": "Point", "coordinates": [180.1, 0]}"#,
        r#"{"type": "Point", "coordinates": [0, -90.1]}"#,
        r#"{"type": "Point", "coordinates": [0, 0]} x"#,
        r#"{"type": "LineString", "coordinates": [[0, 0], [1, 1]]}"#,
        r#"{"type": "Polygon", "coordinates": []}"#,
        r#"{"type": "Polygon", "coordinates": [[]]}"#,
        r#"{"type": "Polygon", "coordinates": [[[0,0],[1,0],[0,0]]]}"#,
        r#"{"type": "Polygon", "coordinates": [[[0,0],[1,0],[1,0],[0,0]]]}"#,
        r#"{"type": "Polygon", "coordinates": [[[0,0],[1,0],[1,1],[0,1]]]}"#,
        r#"{"type": "Polygon", "coordinates": [[[0,0],[1,0],[1,91],[0,0]]]}"#,
        r#"{"type": "MultiPolygon", "coordinates": []}"#,
        r#"{"type": "AeroCircle", "coordinates": [[0,0]]}"#,
        r#"{"type": "AeroCircle", "coordinates": [[0,0], -1]}"#,
        r#"{"type": "Feature", "geometry": null}"#,
        r#"{"type": "FeatureCollection", "features": []}"#,
    ];
    for text in bad {
        assert_eq!(
            Shape::parse(text.as_bytes()),
            Err(ResultCode::GeoJson),
            "{text}"
        );
    }
    let repeated = r#"{"type": "Polygon", "coordinates": [[[0,0],[0,0],[1,0],[1,1],[1,1],[0,0]]]}"#;
    assert!(Shape::parse(repeated.as_bytes()).is_ok());
}

#[test]
fn only_points_match_regions() {
    let shape = |text: &str| Shape::parse(text.as_bytes()).unwrap();
    let place = shape(r#"{"type": "Point", "coordinates": [0, 0]}"#);
    let area = shape(r#"{"type": "AeroCircle", "coordinates": [[0, 0], 10]}"#);
    assert!(within(&place, &area));
    assert!(within(&area, &place));
    assert!(!within(&place, &place));
    assert!(!within(&area, &area));
}

/// A place seen from another: so far, in such a direction.
fn away(from: Point, distance: f64, bearing: f64) -> Point {
    let (phi, lambda) = (from.latitude.to_radians(), from.longitude.to_radians());
    let there = (phi.sin() * distance.cos() + phi.cos() * distance.sin() * bearing.cos()).asin();
    let east = (bearing.sin() * distance.sin() * phi.cos())
        .atan2(distance.cos() - phi.sin() * there.sin());
    let longitude = (lambda + east).to_degrees();
    let longitude = (longitude + 180.0).rem_euclid(360.0) - 180.0;
    point(longitude, there.to_degrees().clamp(-90.0, 90.0))
}

fn places() -> impl Strategy<Value = Point> {
    (-180.0..180.0_f64, -1.0..1.0_f64)
        .prop_map(|(longitude, height)| point(longitude, height.asin().to_degrees()))
}

proptest! {
    /// A regular polygon around any centre, poles and antimeridian included, holds what is closer than its edges and nothing farther
    /// than its corners.
    #[test]
    fn regular_polygons(
        centre in places(),
        other in places(),
        corners in 3..12_u8,
        radius in 0.01..1.4_f64,
        bearing in 0.0..6.3_f64,
        backwards: bool,
    ) {
        let step = 2.0 * PI / f64::from(corners);
        let mut points: Vec<Point> = (0..corners).map(|corner| away(centre, radius, bearing + step * f64::from(corner))).collect();
        points.push(points[0]);
        if backwards {
            points.reverse();
        }
        let ring = Ring::new(points).unwrap();
        // The distance of an edge's middle, in the right-angled triangle it forms with centre and corner.
        let inner = (radius.tan() * (step / 2.0).cos()).atan();
        let distance = centre.angle(other);
        if distance < inner - 1e-9 {
            prop_assert!(ring.contains(other));
        }
        if distance > radius + 1e-9 {
            prop_assert!(!ring.contains(other));
        }
        if ring.contains(other) {
            prop_assert!(ring.bounds().contains(other), "{:?}", ring.bounds());
        }
        let near = away(centre, inner * 0.99, bearing * 7.0);
        prop_assert!(ring.contains(near) && ring.bounds().contains(near));
    }

    #[test]
    fn circles_and_their_bounds(centre in places(), distance in 0.0..3.1_f64, radius in 0.0..3.1_f64, bearing in 0.0..6.3_f64) {
        let text = format!(
            r#"{{"type": "AeroCircle", "coordinates": [[{}, {}], {}]}}"#,
            centre.longitude, centre.latitude, radius * 6_371_000.0,
        );
        let circle = region(&text);
        let place = away(centre, distance, bearing);
        prop_assume!((distance - radius).abs() > 1e-7);
        prop_assert_eq!(circle.contains(place), distance < radius);
        if distance < radius {
            prop_assert!(circle.bounds()[0].contains(place));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text: Vec<u8>) {
        let _ = Shape::parse(&text);
    }
}
