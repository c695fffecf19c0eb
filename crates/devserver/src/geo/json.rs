//! Reading `GeoJSON`.

use serde_json::Value as Json;

use super::{Circle, Point, Polygon, Region, Ring, Shape};

pub(super) fn parse(text: &[u8]) -> Option<Shape> {
    let json: Json = serde_json::from_slice(text).ok()?;
    if json.get("type")?.as_str()? == "Feature" {
        geometry(json.get("geometry")?)
    } else {
        geometry(&json)
    }
}

fn geometry(json: &Json) -> Option<Shape> {
    let coordinates = json.get("coordinates")?;
    let region = match json.get("type")?.as_str()? {
        "Point" => return point(coordinates).map(Shape::Point),
        "Polygon" => Region::Polygons(vec![polygon(coordinates)?]),
        "MultiPolygon" => Region::Polygons(all(coordinates, polygon)?),
        "AeroCircle" => Region::Circle(circle(coordinates)?),
        _ => return None,
    };
    Some(Shape::Region(region))
}

fn point(json: &Json) -> Option<Point> {
    let [longitude, latitude] = json.as_array()?.as_slice() else {
        return None;
    };
    Point::new(longitude.as_f64()?, latitude.as_f64()?)
}

fn polygon(json: &Json) -> Option<Polygon> {
    let ring = |json: &Json| Ring::new(all(json, point)?);
    all(json, ring).map(Polygon)
}

fn circle(json: &Json) -> Option<Circle> {
    let [centre, radius] = json.as_array()?.as_slice() else {
        return None;
    };
    let radius = radius.as_f64().filter(|radius| *radius >= 0.0)?;
    Some(Circle {
        centre: point(centre)?,
        radius,
    })
}

/// Every element of an array that has at least one.
fn all<T>(json: &Json, read: impl Fn(&Json) -> Option<T>) -> Option<Vec<T>> {
    let array = json.as_array().filter(|array| !array.is_empty())?;
    array.iter().map(read).collect()
}
