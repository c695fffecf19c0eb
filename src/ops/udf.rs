//! Modules of functions: `udf_put`, `udf_list`, `udf_get`, `udf_remove`.

use std::path::Path;

use aerospike_core::policy::AdminPolicy;
use aerospike_core::{Node, UdfLang, Value};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pyo3::prelude::*;

use super::command::{commands, description, fields, text};
use super::task::Task;
use crate::convert::argument;
use crate::convert::policy::Policies;
use crate::convert::reply::{Reply, Shape};
use crate::convert::value::repr;
use crate::error::{Error, Result};

/// The only language there is.
const LUA: i64 = 0;
/// The server's code of what a function did wrong, and of a module that is not there.
pub(crate) const FAILED: i32 = 100;
pub(crate) const SUFFIX: &str = ".lua";

commands! {
    /// Registers a module.
    UdfPut, "udf_put", true, { source: Vec<u8>, file: String, wait: bool } |it, cluster| {
        let UdfPut { policy, source, file, wait } = it;
        cluster.client.register_udf(&policy, &source, &file, UdfLang::Lua).await?;
        if wait {
            Task::ModuleThere { file }.wait(cluster, None).await?;
        }
        Ok(Reply::Nothing)
    };
    /// Removes a module.
    UdfRemove, "udf_remove", true, { file: String, wait: bool } |it, cluster| {
        let UdfRemove { policy, file, wait } = it;
        cluster.client.remove_udf(&policy, &file).await?;
        if wait {
            Task::ModuleGone { file }.wait(cluster, None).await?;
        }
        Ok(Reply::Nothing)
    };
    /// Lists the modules.
    UdfList, "udf_list", false, {} |it, cluster| {
        let node = cluster.client.random_node()?;
        let modules = list(&node, &it.policy).await?.map(|(name, hash)| {
            description([
                ("name", text(&name)),
                ("hash", text(&hash)),
                ("type", Value::Int(LUA)),
            ])
        });
        Ok(Reply::Value(Value::List(modules.collect())))
    };
    /// Reads the source of a module.
    UdfGet, "udf_get", false, { file: String } |it, cluster| {
        let node = cluster.client.random_node()?;
        get(&node, &it.policy, &it.file).await.map(Reply::Text)
    };
}

/// A node's modules: the names of their files and their hashes.
pub(crate) async fn list(
    node: &Node,
    policy: &AdminPolicy,
) -> Result<impl Iterator<Item = (String, String)>> {
    Ok(modules(&ask(node, policy, "udf-list").await?).into_iter())
}

/// The source of a module on a node.
pub(crate) async fn get(node: &Node, policy: &AdminPolicy, file: &str) -> Result<String> {
    let command = format!("udf-get:filename={file}");
    source(&ask(node, policy, &command).await?, file)
}

async fn ask(node: &Node, policy: &AdminPolicy, command: &str) -> Result<String> {
    let answers = node.info(policy, &[command]).await?;
    Ok(answers.into_values().next().unwrap_or_default())
}

/// `filename=NAME,hash=HASH,type=LUA;…` as names and hashes.
fn modules(answer: &str) -> Vec<(String, String)> {
    let modules = answer.split(';').filter(|module| !module.is_empty());
    let modules = modules.map(|module| {
        let field = |wanted| {
            let found = fields(module, ',').find(|(name, _)| *name == wanted);
            found.map_or("", |(_, value)| value).to_owned()
        };
        (field("filename"), field("hash"))
    });
    modules.collect()
}

/// A module is not there.
pub(crate) fn no_module(file: &str) -> Error {
    Error::server(FAILED, format!("The cluster has no module {file}"))
}

/// The text out of `type=LUA;content=BASE64;`.
fn source(answer: &str, file: &str) -> Result<String> {
    let content = answer
        .split(';')
        .find_map(|field| field.strip_prefix("content="));
    let Some(content) = content else {
        return Err(no_module(&format!("{file}: {answer}")));
    };
    let bytes = STANDARD
        .decode(content)
        .map_err(|_| Error::client(format!("The content of module '{file}' is no base64")))?;
    String::from_utf8(bytes)
        .map_err(|_| Error::client(format!("The source of module '{file}' is not UTF-8")))
}

/// A module's file name, the suffix added where it is missing.
fn file_name(module: &Bound<'_, PyAny>) -> Result<String> {
    let mut file = argument::name(module, "module")?;
    if !file.ends_with(SUFFIX) {
        file.push_str(SUFFIX);
    }
    Ok(file)
}

fn check_language(udf_type: Option<&Bound<'_, PyAny>>, what: &str) -> Result<()> {
    let language: i64 = argument::number(udf_type, what)?;
    if language == LUA {
        return Ok(());
    }
    Err(Error::argument(format!(
        "{what} {language} is not 0: modules are written in Lua"
    )))
}

impl UdfPut {
    /// The module is named like its file; its text is `source`, or what the file holds.
    pub(crate) fn parse(
        policies: &Policies,
        filename: &Bound<'_, PyAny>,
        udf_type: Option<&Bound<'_, PyAny>>,
        source: Option<&Bound<'_, PyAny>>,
        (policy, wait): (Option<&Bound<'_, PyAny>>, bool),
    ) -> Result<(Self, Task)> {
        check_language(udf_type, "udf_type")?;
        // A str or a path.
        let path = filename.call_method0("__fspath__");
        let path = argument::text(path.as_ref().unwrap_or(filename), "filename")?;
        let last = Path::new(&path).file_name().and_then(|name| name.to_str());
        let name = last
            .ok_or_else(|| Error::argument(format!("filename {} names no file", repr(filename))))?;
        let name = pyo3::types::PyString::new(filename.py(), name);
        let file = argument::name(&name, "filename")?;
        if !file.ends_with(SUFFIX) {
            return Err(Error::argument(format!(
                "filename {file} does not end in {SUFFIX}"
            )));
        }
        let source = match source {
            Some(source) => argument::text(source, "source")?.into_bytes(),
            None => filename
                .py()
                .detach(|| std::fs::read(&path))
                .map_err(|error| Error::client(format!("{path} cannot be read: {error}")))?,
        };
        let task = Task::ModuleThere { file: file.clone() };
        let policy = policies.admin(policy)?;
        Ok((
            Self {
                policy,
                source,
                file,
                wait,
            },
            task,
        ))
    }
}

impl UdfRemove {
    pub(crate) fn parse(
        policies: &Policies,
        module: &Bound<'_, PyAny>,
        policy: Option<&Bound<'_, PyAny>>,
        wait: bool,
    ) -> Result<(Self, Task)> {
        let file = file_name(module)?;
        let task = Task::ModuleGone { file: file.clone() };
        let policy = policies.admin(policy)?;
        Ok((Self { policy, file, wait }, task))
    }
}

impl UdfList {
    pub(crate) fn parse(
        policies: &Policies,
        policy: Option<&Bound<'_, PyAny>>,
    ) -> Result<(Self, Shape)> {
        let policy = policies.admin(policy)?;
        Ok((Self { policy }, Shape::Plain))
    }
}

impl UdfGet {
    pub(crate) fn parse(
        policies: &Policies,
        module: &Bound<'_, PyAny>,
        language: Option<&Bound<'_, PyAny>>,
        policy: Option<&Bound<'_, PyAny>>,
    ) -> Result<(Self, Shape)> {
        check_language(language, "language")?;
        let (policy, file) = (policies.admin(policy)?, file_name(module)?);
        Ok((Self { policy, file }, Shape::Plain))
    }
}
