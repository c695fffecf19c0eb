//! The info commands about modules.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wire::info::Command;

use crate::udf::{Module, PutError, Registry};

/// Answers `udf-put`.
pub(super) fn put(registry: &Registry, command: &Command<'_>) -> String {
    let name = match parameter(command, "filename") {
        Ok(name) => name,
        Err(missing) => return missing,
    };
    let Some(content) = command.parameter(&["content"]) else {
        return missing("content");
    };
    if let Some(kind) = command.parameter(&["udf-type"])
        && !kind.eq_ignore_ascii_case("lua")
    {
        return "error=invalid_udf_type".to_owned();
    }
    let Ok(source) = STANDARD.decode(content) else {
        return "error=invalid_base64_content".to_owned();
    };
    match registry.put(name, source) {
        Ok(()) => "ok".to_owned(),
        Err(PutError::Name) => "error=invalid_filename".to_owned(),
        Err(PutError::Size) => "error=invalid_udf_content_len, lua file size > 1MB".to_owned(),
        Err(PutError::Compile { line, message }) => {
            let message = STANDARD.encode(message);
            format!("error=compile_error;file={name};line={line};message={message}")
        }
    }
}

/// Answers `udf-list`.
pub(super) fn list(registry: &Registry) -> String {
    let modules = registry.list().into_iter();
    let entry =
        |module: &Module| format!("filename={},hash={},type=LUA;", module.name, module.hash());
    modules.map(|module| entry(&module)).collect()
}

/// Answers `udf-get`.
pub(super) fn get(registry: &Registry, command: &Command<'_>) -> String {
    match parameter(command, "filename") {
        Ok(name) => registry.get(name).map_or_else(
            || "error=not_found".to_owned(),
            |module| format!("type=LUA;content={};", STANDARD.encode(&module.source)),
        ),
        Err(missing) => missing,
    }
}

/// Answers `udf-remove`: a module that is not there is removed as well.
pub(super) fn remove(registry: &Registry, command: &Command<'_>) -> String {
    match parameter(command, "filename") {
        Ok(name) => {
            registry.remove(name);
            "ok".to_owned()
        }
        Err(missing) => missing,
    }
}

fn parameter<'a>(command: &Command<'a>, name: &str) -> Result<&'a str, String> {
    command
        .parameter(&[name])
        .filter(|value| !value.is_empty())
        .ok_or_else(|| missing(name))
}

fn missing(name: &str) -> String {
    format!("ERROR:4:missing '{name}'")
}
