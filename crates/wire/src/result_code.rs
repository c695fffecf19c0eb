//! Result codes.

macro_rules! result_codes {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal),+ $(,)?) => {
        /// What a server says about a request, a batch row or a stream of records.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum ResultCode {
            $($(#[doc = $doc])* $name = $code),+
        }

        impl ResultCode {
            /// Every code, in order.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The code of a number.
            #[must_use]
            pub const fn from_u8(code: u8) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)+
                    _ => None,
                }
            }
        }
    };
}

result_codes! {
    /// Done.
    Ok = 0,
    /// Failed for a reason without a code of its own.
    Unknown = 1,
    /// No such record.
    NotFound = 2,
    /// The record's generation is not what the request requires.
    Generation = 3,
    /// The request itself is wrong.
    Parameter = 4,
    /// The record exists and must not.
    RecordExists = 5,
    /// The bin exists and must not.
    BinExists = 6,
    /// Cluster key mismatch.
    ClusterKey = 7,
    /// Out of space.
    OutOfSpace = 8,
    /// Timed out on the server.
    Timeout = 9,
    /// The node does not hold the partition, or not yet.
    Unavailable = 11,
    /// The bin's type does not fit the operation.
    IncompatibleType = 12,
    /// The record is too big.
    RecordTooBig = 13,
    /// Too many operations on one key at once.
    KeyBusy = 14,
    /// A query was stopped.
    QueryAborted = 15,
    /// Not implemented by this server.
    Unsupported = 16,
    /// No such bin.
    BinNotFound = 17,
    /// The device is overloaded.
    DeviceOverload = 18,
    /// The stored key differs from the key sent.
    KeyMismatch = 19,
    /// No such namespace.
    Namespace = 20,
    /// A bin name that is too long or invalid.
    BinName = 21,
    /// Not possible at this time or with this configuration.
    Forbidden = 22,
    /// No such element.
    ElementNotFound = 23,
    /// The element exists and must not.
    ElementExists = 24,
    /// A feature of the Enterprise edition.
    EnterpriseOnly = 25,
    /// The operation cannot be applied to the value.
    OpNotApplicable = 26,
    /// A filter expression said no.
    FilteredOut = 27,
    /// Lost a conflict between data centres.
    LostConflict = 28,
    /// Shipping to another data centre is behind.
    XdrKeyBusy = 32,
    /// The end of a security answer's entries.
    SecurityLast = 50,
    /// Security is not supported by this server.
    SecurityNotSupported = 51,
    /// Security is not enabled on this server.
    SecurityNotEnabled = 52,
    /// Security scheme.
    SecurityScheme = 53,
    /// No such security command.
    SecurityCommand = 54,
    /// A security field is missing or wrong.
    SecurityField = 55,
    /// Not allowed in the connection's security state.
    SecurityState = 56,
    /// No such user.
    User = 60,
    /// The user exists.
    UserExists = 61,
    /// Bad password.
    Password = 62,
    /// The password has expired.
    ExpiredPassword = 63,
    /// The password was used before.
    ForbiddenPassword = 64,
    /// Bad credential.
    Credential = 65,
    /// The session has expired.
    ExpiredSession = 66,
    /// No such role.
    Role = 70,
    /// The role exists.
    RoleExists = 71,
    /// Bad privilege.
    Privilege = 72,
    /// Bad whitelist.
    Whitelist = 73,
    /// Quotas are off.
    QuotasOff = 74,
    /// Bad quota.
    Quota = 75,
    /// Not authenticated.
    NotAuthenticated = 80,
    /// The role does not allow it.
    RoleViolation = 81,
    /// The address is not on the whitelist.
    NotWhitelisted = 82,
    /// The quota is used up.
    QuotaExceeded = 83,
    /// No directory of users is configured.
    LdapDisabled = 90,
    /// A UDF failed; the reply says how.
    Udf = 100,
    /// Blocked by a transaction.
    TxnBlocked = 120,
    /// A version read by the transaction has changed.
    TxnVersionMismatch = 121,
    /// The transaction's deadline has passed.
    TxnExpired = 122,
    /// The transaction writes too many records.
    TxnTooManyWrites = 123,
    /// The transaction is committed.
    TxnCommitted = 124,
    /// The transaction is aborted.
    TxnAborted = 125,
    /// The record is locked by this transaction already.
    TxnAlreadyLocked = 126,
    /// The transaction has begun already.
    TxnMonitorExists = 127,
    /// Batches are disabled.
    BatchDisabled = 150,
    /// More rows than a batch may have.
    BatchMaxRequests = 151,
    /// All batch queues are full.
    BatchQueuesFull = 152,
    /// Not `GeoJSON`, or none that is supported.
    GeoJson = 160,
    /// The index exists with another definition.
    IndexExists = 200,
    /// No such index.
    IndexNotFound = 201,
    /// No memory for the index.
    IndexMemory = 202,
    /// The index is not ready.
    IndexNotReadable = 203,
    /// Index failure without a code of its own.
    IndexGeneric = 204,
    /// Bad index name.
    IndexName = 205,
    /// Too many indexes.
    IndexMaxCount = 206,
}
