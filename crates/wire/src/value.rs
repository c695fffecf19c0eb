//! [`Value`]: a bin's content, a list element, a map key, an argument of an operation.

use crate::{Map, ParticleType};

/// A value of the database.
///
/// 24 bytes; scalars need no allocation, bytes one of exactly their length, lists and maps one for their head and one for their
/// elements. `==`, `Ord` and sorting follow the database's total order (see [`crate::order`]): `Int` and `Float` are never equal, flags
/// of lists and maps do not count.
///
/// Depth: [`crate::msgpack`] decodes at most [`crate::msgpack::MAX_DEPTH`] levels. Code that grows a value in place (a collection
/// operation with a context path) keeps it shallow by limiting the path, since dropping, cloning and comparing recurse.
#[derive(Clone, Debug)]
pub enum Value {
    /// Nothing: an absent bin, msgpack nil.
    Nil,
    /// A boolean.
    Bool(bool),
    /// An integer; the wire's unsigned 64-bit integers wrap into it.
    Int(i64),
    /// A double.
    Float(f64),
    /// A string: meant to be UTF-8, not checked.
    Str(Box<[u8]>),
    /// Bytes, with the particle type they were written with.
    Blob(BlobType, Box<[u8]>),
    /// `GeoJSON` text, without the wire's cells.
    GeoJson(Box<[u8]>),
    /// A `HyperLogLog` sketch in its wire layout.
    Hll(Box<[u8]>),
    /// A list.
    List(Box<List>),
    /// A map.
    Map(Box<Map>),
    /// Matches every value; only in selection arguments.
    Wildcard,
    /// Above every value; only in selection arguments.
    Infinity,
}

/// A list and its flags.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// Kept sorted. Whoever changes the items of an ordered list keeps them so.
    pub ordered: bool,
    /// The client asked for a persisted index; never sent back.
    pub persist_index: bool,
    /// The elements.
    pub items: Vec<Value>,
}

impl List {
    /// An unordered list.
    #[must_use]
    pub const fn new(items: Vec<Value>) -> Self {
        Self {
            ordered: false,
            persist_index: false,
            items,
        }
    }

    /// An ordered list; sorts the items.
    #[must_use]
    pub fn sorted(mut items: Vec<Value>) -> Self {
        items.sort_unstable();
        Self {
            ordered: true,
            persist_index: false,
            items,
        }
    }
}

/// The particle types that are bytes without further meaning. All but the first are what clients' native serializers wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum BlobType {
    /// Plain bytes.
    Plain = 4,
    /// Java.
    Java = 7,
    /// C#.
    CSharp = 8,
    /// Python.
    Python = 9,
    /// Ruby.
    Ruby = 10,
    /// PHP.
    Php = 11,
    /// Erlang.
    Erlang = 12,
    /// A vector.
    Vector = 16,
}

impl Value {
    /// A string.
    #[must_use]
    pub fn string(text: impl AsRef<[u8]>) -> Self {
        Self::Str(text.as_ref().into())
    }

    /// A plain blob.
    #[must_use]
    pub fn blob(bytes: impl AsRef<[u8]>) -> Self {
        Self::Blob(BlobType::Plain, bytes.as_ref().into())
    }

    /// `GeoJSON` text.
    #[must_use]
    pub fn geo_json(text: impl AsRef<[u8]>) -> Self {
        Self::GeoJson(text.as_ref().into())
    }

    /// An unordered list.
    #[must_use]
    pub fn list(items: Vec<Self>) -> Self {
        List::new(items).into()
    }

    /// The particle type a bin with this value has; `None` for what no bin can hold.
    #[must_use]
    pub const fn particle_type(&self) -> Option<ParticleType> {
        Some(match self {
            Self::Nil => ParticleType::Nil,
            Self::Bool(_) => ParticleType::Bool,
            Self::Int(_) => ParticleType::Int,
            Self::Float(_) => ParticleType::Float,
            Self::Str(_) => ParticleType::Str,
            Self::Blob(kind, _) => kind.particle_type(),
            Self::GeoJson(_) => ParticleType::GeoJson,
            Self::Hll(_) => ParticleType::Hll,
            Self::List(_) => ParticleType::List,
            Self::Map(_) => ParticleType::Map,
            Self::Wildcard | Self::Infinity => return None,
        })
    }

    /// Whether this can be a map key: an integer, a string or a blob.
    #[must_use]
    pub const fn is_map_key(&self) -> bool {
        matches!(self, Self::Int(_) | Self::Str(_) | Self::Blob(..))
    }

    /// Whether there is neither wildcard nor infinity in it.
    #[must_use]
    pub fn is_storable(&self) -> bool {
        match self {
            Self::Wildcard | Self::Infinity => false,
            Self::List(list) => list.items.iter().all(Self::is_storable),
            Self::Map(map) => map
                .pairs()
                .iter()
                .all(|(key, value)| key.is_storable() && value.is_storable()),
            _ => true,
        }
    }

    /// The integer, if it is one.
    #[must_use]
    pub const fn as_int(&self) -> Option<i64> {
        if let Self::Int(value) = self {
            Some(*value)
        } else {
            None
        }
    }

    /// The bytes of a string, blob, `GeoJSON` or HLL.
    #[must_use]
    pub const fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Str(bytes) | Self::Blob(_, bytes) | Self::GeoJson(bytes) | Self::Hll(bytes) => {
                Some(bytes)
            }
            _ => None,
        }
    }

    /// The list, if it is one.
    #[must_use]
    pub fn as_list(&self) -> Option<&List> {
        if let Self::List(list) = self {
            Some(list)
        } else {
            None
        }
    }

    /// The map, if it is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        if let Self::Map(map) = self {
            Some(map)
        } else {
            None
        }
    }
}

impl BlobType {
    /// The same as a particle type.
    #[must_use]
    pub const fn particle_type(self) -> ParticleType {
        match self {
            Self::Plain => ParticleType::Blob,
            Self::Java => ParticleType::JavaBlob,
            Self::CSharp => ParticleType::CSharpBlob,
            Self::Python => ParticleType::PythonBlob,
            Self::Ruby => ParticleType::RubyBlob,
            Self::Php => ParticleType::PhpBlob,
            Self::Erlang => ParticleType::ErlangBlob,
            Self::Vector => ParticleType::Vector,
        }
    }
}

impl From<BlobType> for ParticleType {
    fn from(kind: BlobType) -> Self {
        kind.particle_type()
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::string(value)
    }
}

impl From<List> for Value {
    fn from(list: List) -> Self {
        Self::List(Box::new(list))
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(Box::new(map))
    }
}
