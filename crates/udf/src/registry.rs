//! [`Registry`]: the modules clients have put.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mlua::Lua;
use parking_lot::RwLock;
use sha1::{Digest as _, Sha1};

use super::DIRECTORY;
use super::failure::Failure;

/// The largest module.
const MAX_SIZE: usize = 1 << 20;
/// Longer names are refused.
const MAX_NAME: usize = 127;

/// A module as it was put.
#[derive(Debug, PartialEq, Eq)]
pub struct Module {
    /// The name of its file, with extension.
    pub name: String,
    /// Its text.
    pub source: Vec<u8>,
}

/// Why a module was not put.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PutError {
    /// The name is empty, too long, has no extension, or would leave the directory.
    #[error("the name of a module must have an extension and fewer than 128 characters")]
    Name,
    /// More than a megabyte.
    #[error("a module can have at most a megabyte")]
    Size,
    /// Lua does not understand it.
    #[error("line {line}: {message}")]
    Compile {
        /// The line where it fails.
        line: u32,
        /// What Lua says.
        message: String,
    },
}

/// Modules by name.
#[derive(Debug, Default)]
pub struct Registry {
    modules: RwLock<BTreeMap<String, Arc<Module>>>,
}

impl Registry {
    /// Puts a module that compiles, in place of one of the same name.
    pub fn put(&self, name: &str, source: Vec<u8>) -> Result<(), PutError> {
        let (stem, extension) = name.rsplit_once('.').ok_or(PutError::Name)?;
        let named = !stem.is_empty() && !extension.is_empty() && name.len() <= MAX_NAME;
        if !named || name.contains(['/', '\\', '\0']) {
            return Err(PutError::Name);
        }
        if source.len() > MAX_SIZE {
            return Err(PutError::Size);
        }
        check(name, &source)?;
        let module = Module {
            name: name.to_owned(),
            source,
        };
        self.modules
            .write()
            .insert(name.to_owned(), Arc::new(module));
        Ok(())
    }

    /// A module by the name of its file.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<Module>> {
        self.modules.read().get(name).map(Arc::clone)
    }

    /// Removes a module, if it is there.
    pub fn remove(&self, name: &str) {
        self.modules.write().remove(name);
    }

    /// All modules in the order of their names.
    #[must_use]
    pub fn list(&self) -> Vec<Arc<Module>> {
        self.modules.read().values().map(Arc::clone).collect()
    }

    /// The modules as they are now.
    pub(super) fn snapshot(&self) -> BTreeMap<String, Arc<Module>> {
        self.modules.read().clone()
    }
}

impl Module {
    /// What clients tell versions of a module apart by: 40 hexadecimal digits. It is the SHA-1 of the text by which servers tell each
    /// other of the module.
    #[must_use]
    pub fn hash(&self) -> String {
        let content = STANDARD.encode(&self.source);
        let name = &self.name;
        let text = format!(r#"{{"content64": "{content}", "type": "LUA", "name": "{name}"}}"#);
        let digest: [u8; 20] = Sha1::digest(text).into();
        let digits = digest
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|digit| char::from_digit(digit.into(), 16));
        digits.collect()
    }
}

/// How Lua names a module's file in messages: `@` says that it is a file.
pub(super) fn chunk_name(name: &str) -> String {
    format!("@{DIRECTORY}{name}")
}

fn check(name: &str, source: &[u8]) -> Result<(), PutError> {
    let lua = Lua::new();
    let chunk = lua.load(source).set_name(chunk_name(name));
    let Err(error) = chunk.set_mode(mlua::ChunkMode::Text).into_function() else {
        return Ok(());
    };
    // `/opt/aerospike/usr/udf/lua/name.lua:7: message`, the beginning cut if it is long.
    let text = Failure::from(error).to_string();
    let mut parts = text.splitn(3, ':');
    let (_, line, message) = (parts.next(), parts.next(), parts.next());
    Err(PutError::Compile {
        line: line.and_then(|line| line.parse().ok()).unwrap_or(0),
        message: message.map_or_else(|| text.clone(), |message| message.trim().to_owned()),
    })
}
