//! [`Failure`]: why a function did not end well, as the text a client gets.

use std::fmt;

/// What a client is told in the bin `FAILURE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(String);

impl Failure {
    /// The module does not exist or cannot be loaded.
    pub(super) fn no_module() -> Self {
        Self("UDF: Execution Error 1".to_owned())
    }

    /// The module has no such function.
    pub(super) fn no_function() -> Self {
        Self("function not found".to_owned())
    }

    /// The server could not read the records.
    #[must_use]
    pub fn from_result(result: wire::ResultCode) -> Self {
        Self(format!("error {}", result as u8))
    }

    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl From<mlua::Error> for Failure {
    /// Lua's own message, without the traces that its binding adds.
    fn from(error: mlua::Error) -> Self {
        let text = text(&error);
        let end = text.find("\nstack traceback:").unwrap_or(text.len());
        Self(text.get(..end).unwrap_or(&text).to_owned())
    }
}

fn text(error: &mlua::Error) -> String {
    match error {
        mlua::Error::SyntaxError { message, .. }
        | mlua::Error::RuntimeError(message)
        | mlua::Error::MemoryError(message) => message.clone(),
        mlua::Error::CallbackError { cause, .. } => text(cause),
        other => other.to_string(),
    }
}
