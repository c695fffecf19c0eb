//! What metrics and spans call the ways in which a call fails.

use aerospike_core::ResultCode;

/// The client's own codes, by the names that the engine and 0.14 have for them.
const OURS: [(i32, &str); 13] = [
    (-1, "Client"),
    (-2, "InvalidArgument"),
    (-4, "InvalidHost"),
    (-7, "NoMoreConnections"),
    (-8, "InvalidNode"),
    (-10, "Connection"),
    (-12, "Timeout"),
    (-14, "MaxErrorRate"),
    (-17, "TransactionFailed"),
    (-18, "TransactionAlreadyCommitted"),
    (-19, "TransactionAlreadyAborted"),
    // Has a kind and no code of its own.
    (BACKPRESSURE, "Backpressure"),
    (LOST, "Lost"),
];

/// Too many requests waited. An error has the client's general code; here it is told apart.
pub(crate) const BACKPRESSURE: i32 = -30;
/// The request was dropped without an answer.
pub(crate) const LOST: i32 = -31;

/// The name of a result code; empty for success.
pub(crate) fn error_type(code: i32) -> String {
    if code == 0 {
        return String::new();
    }
    if let Ok(code) = u8::try_from(code) {
        // Of the server, by the name of the engine's variant.
        return match ResultCode::from(code) {
            ResultCode::Timeout => "Timeout".to_owned(),
            ResultCode::Unknown(code) => format!("Unknown({code})"),
            known => format!("{known:?}"),
        };
    }
    let known = OURS.iter().find(|(known, _)| *known == code);
    known.map_or_else(
        || format!("Unknown({code})"),
        |(_, name)| (*name).to_owned(),
    )
}
