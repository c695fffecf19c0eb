//! What a message is about: its namespace, set and key.

use wire::field::Field;
use wire::{Digest, FieldType, Message, ParticleType, ResultCode, Value, particle};

use crate::clock::Clock;
use crate::cluster::Cluster;
use crate::connection::Session;
use crate::expr::Expr;
use crate::ops::expression::Filter;
use crate::security::Access;
use crate::server::Shared;
use crate::store::Namespace;
use crate::udf::Registry;

/// The longest name of a set.
const MAX_SET: usize = 63;

/// A message's namespace, set and key; in a batch it holds for all rows that repeat a definition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) namespace: &'a Namespace,
    pub(crate) clock: &'a Clock,
    /// Which says whether some node has a record.
    pub(crate) cluster: &'a Cluster,
    /// The UDF modules it may call.
    pub(crate) modules: &'a Registry,
    /// The set's name; empty without one.
    pub(crate) set: &'a [u8],
    /// The digest, sent or computed from set and key.
    pub(crate) digest: Option<Digest>,
    /// The key field: particle type and bytes.
    key: Option<&'a [u8]>,
    filter: Option<&'a [u8]>,
    /// The id of the transaction it is part of.
    pub(crate) transaction: Option<u64>,
    /// Whether deletes may be durable.
    pub(crate) enterprise: bool,
}

impl<'a> Target<'a> {
    /// What a client's message is about, if he may ask for it.
    pub(crate) fn of(session: &'a Session, message: &Message<'a>) -> Result<Self, ResultCode> {
        Self::checked(&session.shared, session.access(), message)
    }

    /// What a message is about whose client was let in before: that of background work.
    pub(crate) fn admitted(shared: &'a Shared, message: &Message<'a>) -> Result<Self, ResultCode> {
        Self::checked(shared, None, message)
    }

    fn checked(
        shared: &'a Shared,
        access: Option<&Access>,
        message: &Message<'a>,
    ) -> Result<Self, ResultCode> {
        let mut namespace = None;
        let mut set: Option<&[u8]> = None;
        let mut digest = None;
        let mut key = None;
        let mut filter = None;
        let mut transaction = None;
        for Field { kind, data } in message.fields.iter() {
            match kind {
                kind if kind == FieldType::Namespace as u8 => namespace = Some(data),
                kind if kind == FieldType::Set as u8 => set = Some(data),
                kind if kind == FieldType::Digest as u8 => {
                    digest = Some(Digest::from_slice(data).ok_or(ResultCode::Parameter)?);
                }
                kind if kind == FieldType::Key as u8 => key = Some(data),
                kind if kind == FieldType::Filter as u8 => filter = Some(data),
                kind if kind == FieldType::TxnId as u8 => {
                    let id = data.try_into().map_err(|_| ResultCode::Parameter)?;
                    transaction = Some(u64::from_le_bytes(id));
                }
                _ => {}
            }
        }
        let namespace = namespace.ok_or(ResultCode::Parameter)?;
        if let Some(access) = access {
            access.check_message(message, namespace, set.unwrap_or_default())?;
        }
        let namespace = shared.namespace(namespace).ok_or(ResultCode::Namespace)?;
        if set.is_some_and(|set| set.len() > MAX_SET) {
            return Err(ResultCode::Parameter);
        }
        let enterprise = shared.is_enterprise();
        if transaction.is_some() && !enterprise {
            return Err(ResultCode::EnterpriseOnly);
        }
        if transaction.is_some() && !namespace.is_strong() {
            return Err(ResultCode::Unsupported);
        }
        if let (None, Some(set), Some(key)) = (digest, set, key) {
            digest = Some(digest_of(set, key)?);
        }
        Ok(Self {
            clock: &shared.clock,
            cluster: &shared.cluster,
            namespace,
            modules: &shared.modules,
            set: set.unwrap_or_default(),
            digest,
            key,
            filter,
            transaction,
            enterprise,
        })
    }

    /// The filter that was sent, if one was.
    pub(crate) fn filter(&self) -> Option<Filter> {
        self.filter.map(Expr::build_filter)
    }

    /// The key that was sent, if one was.
    pub(crate) fn key(&self) -> Result<Option<Value>, ResultCode> {
        let Some(field) = self.key else {
            return Ok(None);
        };
        let (kind, bytes) = field.split_first().ok_or(ResultCode::Parameter)?;
        let key = particle::decode(*kind, bytes).map_err(wire::Error::result_code)?;
        match key {
            Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Blob(..) => Ok(Some(key)),
            _ => Err(ResultCode::Parameter),
        }
    }
}

fn digest_of(set: &[u8], key: &[u8]) -> Result<Digest, ResultCode> {
    let (kind, bytes) = key.split_first().ok_or(ResultCode::Parameter)?;
    let kind = ParticleType::from_u8(*kind).ok_or(ResultCode::Parameter)?;
    Ok(Digest::of_bytes(set, kind, bytes))
}
