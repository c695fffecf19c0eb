//! Values as text for people, as a server's `tostring` writes them.

use wire::Value;

use super::item::Item;

/// A value in one line.
pub(super) fn text_of(item: &Item) -> String {
    item.to_value()
        .map_or_else(|error| error, |value| text(&value))
}

fn text(value: &Value) -> String {
    match value {
        Value::Nil | Value::Wildcard | Value::Infinity => "NIL".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => float(*value),
        Value::Str(bytes) | Value::GeoJson(bytes) => {
            format!("\"{}\"", String::from_utf8_lossy(bytes))
        }
        Value::Blob(_, bytes) | Value::Hll(bytes) => bytes_text(bytes),
        Value::List(list) => {
            let items: Vec<_> = list.items.iter().map(text).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(map) => {
            let pairs = map.pairs().iter();
            let pairs = pairs.map(|(key, value)| format!("{}:{}", text(key), text(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

fn bytes_text(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "Bytes()".to_owned();
    }
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    digits.join(" ")
}

/// Sixteen significant digits, without zeros at the end, with an exponent where there are more: C's `%.16g`.
fn float(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string().to_lowercase();
    }
    let scientific = format!("{value:.15e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trimmed = |digits: &str| {
        let digits = digits.trim_end_matches('0');
        digits.trim_end_matches('.').to_owned()
    };
    if (-4..16).contains(&exponent) {
        let decimals = (15 - exponent) as usize;
        let fixed = format!("{value:.decimals$}");
        return if decimals == 0 {
            fixed
        } else {
            trimmed(&fixed)
        };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", trimmed(digits), exponent.abs())
}
