//! Roles: privileges, a whitelist of addresses, quotas.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use wire::ResultCode;

/// The names and codes of the privileges; each predefined role has the one of its name.
const PRIVILEGES: [(&str, u8); 13] = [
    ("user-admin", code::USER_ADMIN),
    ("sys-admin", code::SYS_ADMIN),
    ("data-admin", code::DATA_ADMIN),
    ("udf-admin", code::UDF_ADMIN),
    ("sindex-admin", code::SINDEX_ADMIN),
    ("read", code::READ),
    ("read-write", code::READ_WRITE),
    ("read-write-udf", code::READ_WRITE_UDF),
    ("write", code::WRITE),
    ("truncate", code::TRUNCATE),
    ("masking-admin", code::MASKING_ADMIN),
    ("read-masked", code::READ_MASKED),
    ("write-masked", code::WRITE_MASKED),
];

/// Privileges by number. From 10 on they can be limited to a namespace or a set.
mod code {
    pub(super) const USER_ADMIN: u8 = 0;
    pub(super) const SYS_ADMIN: u8 = 1;
    pub(super) const DATA_ADMIN: u8 = 2;
    pub(super) const UDF_ADMIN: u8 = 3;
    pub(super) const SINDEX_ADMIN: u8 = 4;
    pub(super) const READ: u8 = 10;
    pub(super) const READ_WRITE: u8 = 11;
    pub(super) const READ_WRITE_UDF: u8 = 12;
    pub(super) const WRITE: u8 = 13;
    pub(super) const TRUNCATE: u8 = 14;
    pub(super) const MASKING_ADMIN: u8 = 15;
    pub(super) const READ_MASKED: u8 = 16;
    pub(super) const WRITE_MASKED: u8 = 17;
}

/// What requests need, a bit each.
pub(crate) mod permission {
    pub(crate) const READ: u16 = 1;
    pub(crate) const WRITE: u16 = 1 << 1;
    pub(crate) const UDF: u16 = 1 << 2;
    pub(crate) const TRUNCATE: u16 = 1 << 3;
    pub(crate) const ADMIN_UDF: u16 = 1 << 4;
    pub(crate) const ADMIN_INDEX: u16 = 1 << 5;
    pub(crate) const ADMIN_QUERY: u16 = 1 << 6;
    pub(crate) const ADMIN_SYSTEM: u16 = 1 << 7;
    pub(crate) const ADMIN_USER: u16 = 1 << 8;
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Privilege {
    code: u8,
    /// Empty for all.
    namespace: Vec<u8>,
    /// Empty for all.
    set: Vec<u8>,
}

impl Privilege {
    /// What it permits, as the clients' documentation has it.
    const fn permissions(&self) -> u16 {
        use permission::{
            ADMIN_INDEX, ADMIN_QUERY, ADMIN_SYSTEM, ADMIN_UDF, ADMIN_USER, READ, TRUNCATE, UDF,
            WRITE,
        };
        const DATA: u16 = ADMIN_UDF | ADMIN_INDEX | ADMIN_QUERY | TRUNCATE;
        match self.code {
            code::USER_ADMIN => ADMIN_USER,
            code::SYS_ADMIN => ADMIN_SYSTEM | DATA,
            code::DATA_ADMIN => DATA,
            code::UDF_ADMIN => ADMIN_UDF,
            code::SINDEX_ADMIN => ADMIN_INDEX,
            code::READ => READ,
            code::READ_WRITE => READ | WRITE,
            code::READ_WRITE_UDF => READ | WRITE | UDF,
            code::WRITE => WRITE,
            code::TRUNCATE => TRUNCATE,
            // Nothing is masked here, so the privileges of masking are kept and permit nothing.
            _ => 0,
        }
    }

    /// What it permits on a set.
    pub(super) fn permissions_on(&self, namespace: &[u8], set: &[u8]) -> u16 {
        let here = (self.namespace.is_empty() || self.namespace == namespace)
            && (self.set.is_empty() || self.set == set);
        if here { self.permissions() } else { 0 }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Role {
    pub(super) privileges: BTreeSet<Privilege>,
    pub(super) whitelist: Whitelist,
    /// Records read per second; 0 is without limit.
    pub(super) read_quota: u32,
    pub(super) write_quota: u32,
}

pub(crate) fn is_predefined(name: &str) -> bool {
    PRIVILEGES.iter().any(|(known, _)| *known == name)
}

pub(super) fn predefined() -> BTreeMap<String, Role> {
    let role = |(name, code): (&str, u8)| {
        let privilege = Privilege {
            code,
            namespace: Vec::new(),
            set: Vec::new(),
        };
        let role = Role {
            privileges: BTreeSet::from([privilege]),
            ..Role::default()
        };
        (name.to_owned(), role)
    };
    PRIVILEGES.into_iter().map(role).collect()
}

/// Reads field 12: a count, then for each privilege its code and, if it can be limited, namespace and set.
pub(super) fn parse_privileges(data: &[u8]) -> Result<BTreeSet<Privilege>, ResultCode> {
    parse(data).ok_or(ResultCode::Privilege)
}

fn parse(data: &[u8]) -> Option<BTreeSet<Privilege>> {
    let (count, mut rest) = data.split_first()?;
    let text = |rest: &mut &[u8]| {
        let (size, tail) = rest.split_first()?;
        let (text, tail) = tail.split_at_checked(usize::from(*size))?;
        *rest = tail;
        Some(text.to_vec())
    };
    let mut found = BTreeSet::new();
    for _ in 0..*count {
        let (code, tail) = rest.split_first()?;
        rest = tail;
        if !PRIVILEGES.iter().any(|(_, known)| known == code) {
            return None;
        }
        let (namespace, set) = if *code >= code::READ {
            (text(&mut rest)?, text(&mut rest)?)
        } else {
            (Vec::new(), Vec::new())
        };
        // A set is in a namespace.
        if namespace.is_empty() && !set.is_empty() || namespace.len() > 31 || set.len() > 63 {
            return None;
        }
        found.insert(Privilege {
            code: *code,
            namespace,
            set,
        });
    }
    (rest.is_empty() && !found.is_empty()).then_some(found)
}

pub(super) fn write_privileges(privileges: &BTreeSet<Privilege>) -> Vec<u8> {
    let mut out = vec![privileges.len() as u8];
    for privilege in privileges {
        out.push(privilege.code);
        if privilege.code >= code::READ {
            for name in [&privilege.namespace, &privilege.set] {
                out.push(name.len() as u8);
                out.extend_from_slice(name);
            }
        }
    }
    out
}

/// Addresses and networks, `10.0.0.0/8`; empty for everywhere.
#[derive(Clone, Debug, Default)]
pub(super) struct Whitelist {
    pub(super) text: String,
    networks: Vec<(IpAddr, u32)>,
}

impl Whitelist {
    /// Reads field 13: a list with commas.
    pub(super) fn parse(data: &[u8]) -> Result<Self, ResultCode> {
        let text = std::str::from_utf8(data).map_err(|_| ResultCode::Whitelist)?;
        let network = |part: &str| {
            let (address, bits) = part
                .split_once('/')
                .map_or((part, None), |(a, b)| (a, Some(b)));
            let address: IpAddr = address.trim().parse().ok()?;
            let all = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.map_or(Some(all), |bits| bits.trim().parse().ok())?;
            (bits <= all).then_some((address, bits))
        };
        let networks = text
            .split(',')
            .filter(|_| !text.is_empty())
            .map(|part| network(part).ok_or(ResultCode::Whitelist))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            text: text.to_owned(),
            networks,
        })
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.networks.is_empty()
    }

    pub(super) fn contains(&self, peer: IpAddr) -> bool {
        self.networks
            .iter()
            .any(|(network, bits)| match (network, peer) {
                (IpAddr::V4(network), IpAddr::V4(peer)) => {
                    let differ = u32::from(*network) ^ u32::from(peer);
                    differ.leading_zeros() >= *bits
                }
                (IpAddr::V6(network), IpAddr::V6(peer)) => {
                    let differ = u128::from(*network) ^ u128::from(peer);
                    differ.leading_zeros() >= *bits
                }
                _ => false,
            })
    }
}
