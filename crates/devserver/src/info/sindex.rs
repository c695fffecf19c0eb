//! Making, dropping and listing secondary indexes.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wire::info::Command;
use wire::msgpack::Reader;

use super::{Value, error, namespace_name, namespace_of};
use crate::cdt::context::{self, Selector};
use crate::expr::{self, Expr};
use crate::index::{Index, Kind, Part, Refused, Source, entries_per_key};
use crate::server::Shared;
use crate::store::{BinName, Namespace};
use crate::sweep;

/// The longest names of an index, a set and a bin.
const MAX_NAME: usize = 255;
const MAX_SET: usize = 63;
const MAX_BIN: usize = 15;
/// About what an entry takes: its key and digest, and its part of the tree's nodes.
const ENTRY_SIZE: usize = 40;

/// `sindex-create:…`
pub(super) fn create(shared: &Arc<Shared>, command: &Command<'_>) -> Value {
    // A real server takes the definition of an index whose namespace it does not have.
    let name = match namespace_name(command) {
        Ok(name) => name,
        Err(error) => return error,
    };
    let index = match definition(command) {
        Ok(index) => index,
        Err(error) => return error,
    };
    let Some(at) = shared
        .namespaces
        .iter()
        .position(|known| known.name == name)
    else {
        return "ok".into();
    };
    let added = shared
        .namespaces
        .get(at)
        .map(|namespace| namespace.indexes.add(index));
    match added {
        Some(Ok(Some(index))) => {
            sweep::plant(shared, at, index);
            "ok".into()
        }
        Some(Err(Refused::Exists)) => {
            error(200, "'indexname' already exists with different definition")
        }
        Some(Err(Refused::TooMany)) => error(206, "too many indexes"),
        Some(Ok(None)) | None => "ok".into(),
    }
}

/// `sindex-delete:…`; one that is not there is no error.
pub(super) fn delete(shared: &Arc<Shared>, command: &Command<'_>) -> Value {
    let name = match namespace_name(command) {
        Ok(name) => name,
        Err(error) => return error,
    };
    let index = match bounded(command, "indexname", MAX_NAME) {
        Ok(Some(index)) => index,
        Ok(None) => return error(4, "missing 'indexname'"),
        Err(error) => return error,
    };
    if let Some(at) = shared
        .namespaces
        .iter()
        .position(|known| known.name == name)
        && let Some(namespace) = shared.namespaces.get(at)
        && let Some(index) = namespace.indexes.remove(index)
    {
        sweep::fell(shared, at, index);
    }
    "ok".into()
}

/// `sindex-exists:…`
pub(super) fn exists(shared: &Shared, command: &Command<'_>) -> Value {
    match find(shared, command) {
        Ok((_, index)) => index.is_some().to_string().into(),
        Err(error) => error,
    }
}

/// `sindex-stat:…`, `sindex/<namespace>/<index>`
pub(super) fn stat(shared: &Shared, command: &Command<'_>) -> Value {
    let (namespace, index) = match find(shared, command) {
        Ok((namespace, Some(index))) => (namespace, index),
        Ok((_, None)) => return error(201, "no index"),
        Err(error) => return error,
    };
    let entries = index.entries();
    format!(
        "entries={entries};used_bytes={};entries_per_bval={};entries_per_rec={};load_pct={};load_time=0;stat_gc_recs=0",
        entries * ENTRY_SIZE,
        entries_per_key(&index, namespace.partitions()),
        entries / index.records().max(1),
        index.load_percent(),
    )
    .into()
}

/// `sindex-list[:namespace=…]`, `sindex[/<namespace>]`
pub(super) fn list(shared: &Shared, command: &Command<'_>) -> Value {
    let name = command.parameter(&["namespace", "ns", "id"]);
    let name = name.or_else(|| command.args().next());
    if let Some(name) = name
        && shared.namespace(name.as_bytes()).is_none()
    {
        return error(20, "namespace not found on node");
    }
    let wanted = shared
        .namespaces
        .iter()
        .filter(|namespace| name.is_none_or(|name| namespace.name == name));
    let lines: Vec<_> = wanted
        .flat_map(|namespace| {
            let indexes = namespace.indexes.list();
            indexes
                .into_iter()
                .map(|index| line(&namespace.name, &index))
        })
        .collect();
    lines.join(";").into()
}

fn find<'a>(
    shared: &'a Shared,
    command: &Command<'_>,
) -> Result<(&'a Namespace, Option<Arc<Index>>), Value> {
    let mut args = command.args();
    let (namespace, name) = if let (Some(namespace), Some(name)) = (args.next(), args.next()) {
        let found = shared.namespace(namespace.as_bytes());
        let missing = || error(20, "namespace not found on node");
        (found.ok_or_else(missing)?, name)
    } else {
        let namespace = namespace_of(shared, command)?;
        let name = command.parameter(&["indexname"]);
        let missing = || error(4, "missing 'indexname'");
        (namespace, name.ok_or_else(missing)?)
    };
    Ok((namespace, namespace.indexes.get(name)))
}

fn line(namespace: &str, index: &Index) -> String {
    let null = || "null".to_owned();
    let (bin, context, expression) = match &index.source {
        Source::Bin(name, context) => {
            let bin = String::from_utf8_lossy(name.as_bytes()).into_owned();
            let context = context
                .as_ref()
                .map_or_else(null, |bytes| STANDARD.encode(bytes));
            (bin, context, null())
        }
        Source::Expression(bytes, _) => (null(), null(), STANDARD.encode(bytes)),
        Source::Set => (null(), null(), null()),
    };
    let part = match (&index.source, index.part) {
        (Source::Set, _) => "set",
        (_, Part::Whole) => "default",
        (_, Part::List) => "list",
        (_, Part::MapKeys) => "mapkeys",
        (_, Part::MapValues) => "mapvalues",
    };
    let kind = match (&index.source, index.kind) {
        (Source::Set, _) => "null",
        (_, Kind::Numeric) => "numeric",
        (_, Kind::String) => "string",
        (_, Kind::Blob) => "blob",
        (_, Kind::Geo) => "geo2dsphere",
    };
    let set = index
        .set
        .as_ref()
        .map_or_else(null, |set| String::from_utf8_lossy(set).into_owned());
    let state = if index.is_ready() { "RW" } else { "WO" };
    format!(
        "ns={namespace}:indexname={}:set={set}:bin={bin}:type={kind}:indextype={part}:context={context}:exp={expression}:state={state}",
        index.name
    )
}

/// A parameter that must not be empty or longer than allowed.
fn bounded<'a>(command: &Command<'a>, name: &str, most: usize) -> Result<Option<&'a str>, Value> {
    match command.parameter(&[name]) {
        Some("") => Err(error(4, &format!("missing '{name}' value"))),
        Some(value) if value.len() > most => Err(error(4, &format!("'{name}' value too long"))),
        value => Ok(value),
    }
}

fn definition(command: &Command<'_>) -> Result<Index, Value> {
    let name =
        bounded(command, "indexname", MAX_NAME)?.ok_or_else(|| error(4, "missing 'indexname'"))?;
    let set: Option<Box<[u8]>> = bounded(command, "set", MAX_SET)?.map(|set| set.as_bytes().into());
    let part = command.parameter(&["indextype"]).map(str::to_lowercase);
    let part = match part.as_deref() {
        None | Some("default") => Part::Whole,
        Some("list") => Part::List,
        Some("mapkeys") => Part::MapKeys,
        Some("mapvalues") => Part::MapValues,
        Some("set") => {
            let others = ["bin", "exp", "type", "context", "indexdata"];
            return match set {
                None => Err(error(4, "missing 'set'")),
                Some(_) if command.parameter(&others).is_some() => {
                    Err(error(4, "a set index has no other parameters"))
                }
                set => Ok(Index::new(
                    name,
                    set,
                    Source::Set,
                    Part::Whole,
                    Kind::Numeric,
                )),
            };
        }
        Some(_) => return Err(error(4, "bad 'indextype'")),
    };
    let (old_bin, old_kind) = match command.parameter(&["indexdata"]) {
        None => (None, None),
        Some(data) => match data.split_once(',') {
            Some((bin, kind)) => (Some(bin), Some(kind)),
            None => return Err(error(4, "bad 'indexdata'")),
        },
    };
    let bin = match old_bin {
        Some(bin) if bin.len() > MAX_BIN => return Err(error(4, "'indexdata' bin name too long")),
        Some(bin) => Some(bin),
        None => bounded(command, "bin", MAX_BIN)?,
    };
    let kind = old_kind
        .or_else(|| command.parameter(&["type"]))
        .ok_or_else(|| error(4, "missing 'type'"))?;
    let kind = match kind.to_lowercase().as_str() {
        "numeric" => Kind::Numeric,
        "string" => Kind::String,
        "blob" => Kind::Blob,
        "geo2dsphere" => Kind::Geo,
        _ => return Err(error(4, "bad 'type'")),
    };
    if kind == Kind::Geo && part == Part::MapKeys {
        return Err(error(4, "geo2dsphere is no type of map keys"));
    }
    let source = source(
        bin,
        command.parameter(&["exp"]),
        command.parameter(&["context"]),
    )?;
    if let Source::Expression(_, expr) = &source
        && !expr.may_yield(indexed(part, kind))
    {
        return Err(error(4, "'exp' yields another type than the index has"));
    }
    Ok(Index::new(name, set, source, part, kind))
}

/// The type of what an index finds its values in, or of the value itself.
const fn indexed(part: Part, kind: Kind) -> expr::Kind {
    match (part, kind) {
        (Part::List, _) => expr::Kind::List,
        (Part::MapKeys | Part::MapValues, _) => expr::Kind::Map,
        (Part::Whole, Kind::Numeric) => expr::Kind::Int,
        (Part::Whole, Kind::String) => expr::Kind::Str,
        (Part::Whole, Kind::Blob) => expr::Kind::Blob,
        (Part::Whole, Kind::Geo) => expr::Kind::Geo,
    }
}

fn source(bin: Option<&str>, exp: Option<&str>, context: Option<&str>) -> Result<Source, Value> {
    let decode = |text: &str, name: &str| {
        let bytes = STANDARD
            .decode(text)
            .map_err(|_| error(4, &format!("bad '{name}'")));
        bytes.map(Vec::into_boxed_slice)
    };
    match (bin, exp, context) {
        (Some(bin), None, context) => {
            let bin = BinName::new(bin.as_bytes()).map_err(|_| error(4, "bad 'bin'"))?;
            let context = context.map(|text| decode(text, "context")).transpose()?;
            if context.as_ref().is_some_and(|bytes| !is_path(bytes)) {
                return Err(error(4, "bad 'context'"));
            }
            Ok(Source::Bin(bin, context))
        }
        (None, Some(exp), None) => {
            let bytes = decode(exp, "exp")?;
            let expr = Expr::build(&bytes).map_err(|_| error(4, "bad 'exp'"))?;
            Ok(Source::Expression(bytes, expr))
        }
        (None, Some(_), Some(_)) => Err(error(4, "'context' goes with 'bin' only")),
        (Some(_), Some(_), _) => Err(error(4, "'bin' and 'exp' exclude each other")),
        (None, None, _) => Err(error(4, "missing 'bin' or 'exp'")),
    }
}

/// Whether bytes are a context that leads to one place.
fn is_path(bytes: &[u8]) -> bool {
    let several =
        |selector: &Selector<'_>| matches!(selector, Selector::Expression(_) | Selector::Keys(_));
    context::parse(&mut Reader::new(bytes)).is_ok_and(|steps| {
        steps
            .iter()
            .all(|step| step.filter.is_none() && !several(&step.selector))
    })
}
