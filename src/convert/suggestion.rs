//! What a wrong name may have meant.

/// "did you mean …?", or all there is.
pub(crate) fn suggestion(name: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .min()
        .filter(|(distance, _)| *distance <= name.len().max(3) / 2);
    match nearest {
        Some((_, candidate)) => format!("did you mean '{candidate}'?"),
        None => format!("known are {}", known.join(", ")),
    }
}
