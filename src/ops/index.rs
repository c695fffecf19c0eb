//! Secondary indexes: made, removed, listed.

use aerospike_core::expressions::Expression;
use aerospike_core::operations::CdtContext;
use aerospike_core::{CollectionIndexType, IndexType, ResultCode, Value};
use pyo3::prelude::*;

use super::command::{commands, description, fields, text};
use super::task::Task;
use crate::cdt::ctx;
use crate::convert::policy::Policies;
use crate::convert::reply::{Reply, Shape};
use crate::convert::{argument, operation};
use crate::error::{Error, Result};
use crate::expr;

/// What an index is made of.
pub(crate) enum Source {
    Bin(String, Vec<CdtContext>),
    Expression(Expression),
    /// All records of the set.
    Set,
}

/// Which values of a source are indexed.
#[derive(Clone, Copy)]
pub(crate) struct Kind<'a, 'py> {
    /// One of INDEX_*.
    pub(crate) data: Data<'a, 'py>,
    /// One of INDEX_TYPE_*.
    pub(crate) collection: Data<'a, 'py>,
}

/// A number that the method's name says, or that was given.
#[derive(Clone, Copy)]
pub(crate) enum Data<'a, 'py> {
    Is(i64),
    Given(&'a Bound<'py, PyAny>),
}

impl Data<'_, '_> {
    fn number(self, what: &str) -> Result<i64> {
        match self {
            Self::Is(number) => Ok(number),
            Self::Given(object) => argument::number(Some(object), what),
        }
    }
}

pub(crate) const NUMERIC: i64 = 0;
pub(crate) const STRING: i64 = 1;
pub(crate) const BLOB: i64 = 2;
pub(crate) const GEO2DSPHERE: i64 = 3;

pub(crate) const DEFAULT: i64 = 0;
pub(crate) const LIST: i64 = 1;
pub(crate) const MAP_KEYS: i64 = 2;
pub(crate) const MAP_VALUES: i64 = 3;

impl Kind<'_, '_> {
    fn parse(self) -> Result<(IndexType, CollectionIndexType)> {
        let data = match self.data.number("index_datatype")? {
            NUMERIC => IndexType::Numeric,
            STRING => IndexType::String,
            BLOB => IndexType::Blob,
            GEO2DSPHERE => IndexType::Geo2DSphere,
            other => {
                return Err(unknown(
                    "index_datatype",
                    other,
                    "INDEX_NUMERIC, _STRING, _BLOB, _GEO2DSPHERE",
                ));
            }
        };
        let collection = match self.collection.number("index_type")? {
            DEFAULT => CollectionIndexType::Default,
            LIST => CollectionIndexType::List,
            MAP_KEYS => CollectionIndexType::MapKeys,
            MAP_VALUES => CollectionIndexType::MapValues,
            other => {
                return Err(unknown(
                    "index_type",
                    other,
                    "INDEX_TYPE_DEFAULT, _LIST, _MAPKEYS, _MAPVALUES",
                ));
            }
        };
        Ok((data, collection))
    }
}

fn unknown(what: &str, number: i64, known: &str) -> Error {
    Error::argument(format!("{what} {number} is not one of {known}"))
}

commands! {
    /// Makes an index.
    IndexCreate, "index_create", true, {
        namespace: String, set: String, name: String, source: Source,
        kind: (IndexType, CollectionIndexType), wait: bool
    } of namespace set, |it, cluster| {
        let IndexCreate { policy, namespace, set, name, source, kind: (data, collection), wait } = it;
        cluster.check_namespace(&namespace)?;
        let client = &cluster.client;
        match &source {
            Source::Bin(bin, ctx) => {
                client
                    .create_index_on_bin(
                        &policy, &namespace, &set, bin, &name, data, collection, Some(ctx),
                    )
                    .await?;
            }
            Source::Expression(expression) => {
                client
                    .create_index_using_expression(
                        &policy, &namespace, &set, &name, data, collection, expression,
                    )
                    .await?;
            }
            Source::Set => {
                client.create_set_index(&policy, &namespace, &set, &name).await?;
            }
        }
        if wait {
            Task::IndexBuilt { namespace, name }.wait(cluster, None).await?;
        }
        Ok(Reply::Nothing)
    };
    /// Removes an index; that there is none is what is wanted.
    IndexRemove, "index_remove", true, { namespace: String, name: String, wait: bool } of namespace, |it, cluster| {
        let IndexRemove { policy, namespace, name, wait } = it;
        cluster.check_namespace(&namespace)?;
        match cluster.client.drop_index(&policy, &namespace, "", &name).await {
            Err(error) if !error.matches(&[ResultCode::IndexNotFound]) => return Err(error.into()),
            _ => {}
        }
        if wait {
            Task::IndexGone { namespace, name }.wait(cluster, None).await?;
        }
        Ok(Reply::Nothing)
    };
    /// Lists the indexes.
    IndexList, "index_list", false, { namespace: Option<String> } |it, cluster| {
        if let Some(namespace) = &it.namespace {
            cluster.check_namespace(namespace)?;
        }
        let node = cluster.client.random_node()?;
        let command = match &it.namespace {
            Some(namespace) => format!("sindex-list:namespace={namespace}"),
            None => "sindex-list".to_owned(),
        };
        let answers = node.info(&it.policy, &[&command]).await?;
        indexes(&answers.into_values().next().unwrap_or_default()).map(Reply::Value)
    };
}

/// `ns=NS:indexname=NAME:set=SET:…;…` as a list of dicts; what is `NULL` there is None.
fn indexes(answer: &str) -> Result<Value> {
    if answer.starts_with("ERROR") || answer.starts_with("FAIL") {
        return Err(Error::client(format!(
            "The indexes cannot be listed: {answer}"
        )));
    }
    let lines = answer.split(';').filter(|line| !line.is_empty());
    let indexes = lines.map(|line| {
        let field = |wanted| {
            let found = fields(line, ':').find(|(name, _)| *name == wanted);
            match found.map(|(_, value)| value) {
                Some(value) if !value.eq_ignore_ascii_case("null") && !value.is_empty() => {
                    text(value)
                }
                _ => Value::Nil,
            }
        };
        description([
            ("namespace", field("ns")),
            ("set", field("set")),
            ("name", field("indexname")),
            ("bin", field("bin")),
            ("datatype", field("type")),
            ("index_type", field("indextype")),
            ("context", field("context")),
            ("expression", field("exp")),
            ("state", field("state")),
        ])
    });
    Ok(Value::List(indexes.collect()))
}

/// Where an index is and what it is called.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a, 'py> {
    pub(crate) namespace: &'a Bound<'py, PyAny>,
    pub(crate) set: &'a Bound<'py, PyAny>,
    pub(crate) name: &'a Bound<'py, PyAny>,
}

impl IndexCreate {
    pub(crate) fn parse(
        policies: &Policies,
        place: Place<'_, '_>,
        source: Result<Source>,
        kind: Kind<'_, '_>,
        (policy, wait): (Option<&Bound<'_, PyAny>>, bool),
    ) -> Result<(Self, Task)> {
        let operation = Self {
            policy: policies.admin(policy)?,
            namespace: argument::namespace(place.namespace)?,
            set: argument::set(Some(place.set))?,
            name: argument::name(place.name, "index_name")?,
            source: source?,
            kind: kind.parse()?,
            wait,
        };
        if matches!(operation.source, Source::Set) && operation.set.is_empty() {
            return Err(Error::value("a set index needs a set"));
        }
        let task = Task::IndexBuilt {
            namespace: operation.namespace.clone(),
            name: operation.name.clone(),
        };
        Ok((operation, task))
    }
}

/// The values of a bin, or of a collection inside it.
pub(crate) fn of_bin(bin: &Bound<'_, PyAny>, ctx: Option<&Bound<'_, PyAny>>) -> Result<Source> {
    let name = argument::name(bin, "bin")?;
    operation::bin_name(bin)?;
    let ctx = match ctx.filter(|ctx| !ctx.is_none()) {
        Some(ctx) => ctx::parse(ctx).map_err(|error| error.within("ctx"))?,
        None => Vec::new(),
    };
    Ok(Source::Bin(name, ctx))
}

/// What an expression makes of a record.
pub(crate) fn of_expression(expression: &Bound<'_, PyAny>) -> Result<Source> {
    expr::parse(expression).map(Source::Expression)
}

impl IndexRemove {
    pub(crate) fn parse(
        policies: &Policies,
        namespace: &Bound<'_, PyAny>,
        name: &Bound<'_, PyAny>,
        policy: Option<&Bound<'_, PyAny>>,
        wait: bool,
    ) -> Result<(Self, Task)> {
        let operation = Self {
            policy: policies.admin(policy)?,
            namespace: argument::namespace(namespace)?,
            name: argument::name(name, "index_name")?,
            wait,
        };
        let task = Task::IndexGone {
            namespace: operation.namespace.clone(),
            name: operation.name.clone(),
        };
        Ok((operation, task))
    }
}

impl IndexList {
    pub(crate) fn parse(
        policies: &Policies,
        namespace: Option<&Bound<'_, PyAny>>,
        policy: Option<&Bound<'_, PyAny>>,
    ) -> Result<(Self, Shape)> {
        let namespace = namespace.filter(|namespace| !namespace.is_none());
        let operation = Self {
            policy: policies.admin(policy)?,
            namespace: namespace.map(argument::namespace).transpose()?,
        };
        Ok((operation, Shape::Plain))
    }
}
