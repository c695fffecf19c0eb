"""The exceptions of this package: one class per result code, under one root.

A class names the result code it stands for where it has one (``class RecordNotFound(RecordError, code=2)``); the codes of all classes make
the table `ERROR_CLASSES`. Two hierarchies meet here: that of aerospike-py 0.14 and that of the official C client. Each class derives from what
either of them would have let you catch, so ``except`` clauses written for one or the other go on working.

The text of an exception raised by a client begins with ``AEROSPIKE_ERR (<code>): ``; `AerospikeError.msg` is the text without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

_classes: dict[int, type[AerospikeError]] = {}

#: Result code → the class raised for it. Codes that are not in it raise `ServerError` (from 0 up) or a class for the kind of failure.
ERROR_CLASSES: Mapping[int, type[AerospikeError]] = MappingProxyType(_classes)


class _SameAsResultCode:
    """`code`, the official client's name for `result_code`, on classes and on instances."""

    def __get__(self, instance: AerospikeError | None, owner: type[AerospikeError]) -> int:
        return owner.result_code if instance is None else instance.result_code

    def __set__(self, instance: AerospikeError, value: int) -> None:
        instance.result_code = value


class AerospikeError(Exception):
    """The root: every error this package raises on purpose derives from it.

    Args:
        *args: What to say, as for any exception.
        result_code: The server's result code (0 and above) or the client's (below 0). Default: the code of the class, −1 if it has none.
        in_doubt: True if a write may have been applied although it failed. Default: False.
        subcode: The server's finer code, where it sent one. Default: None.
        node: The node that answered, or that was asked, as ``host:port``. Default: None.
        key: The key of the record, ``(namespace, set, user key, digest)``. Default: None.
    """

    #: The server's result code (0 and above) or the client's (below 0); on a class, the code it stands for.
    result_code: int = -1
    #: The same number, under the official client's name.
    code = _SameAsResultCode()
    #: Whether a write may have been applied although it failed.
    in_doubt: bool = False
    #: The server's finer code, where it sent one.
    subcode: int | None = None
    #: The node that answered, or that was asked, as ``host:port``.
    node: str | None = None
    #: The key of the record, ``(namespace, set, user key, digest)``, where one record is concerned.
    key: tuple[Any, ...] | None = None

    def __init_subclass__(cls, *, code: int | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if code is not None:
            cls.result_code = code
            _classes[code] = cls

    def __init__(
        self,
        *args: object,
        result_code: int | None = None,
        in_doubt: bool = False,
        subcode: int | None = None,
        node: str | None = None,
        key: tuple[Any, ...] | None = None,
    ) -> None:
        super().__init__(*args)
        # Kept in the instance's dict, which is what pickle and copy carry along, beside `args`.
        if result_code is not None:
            self.result_code = result_code
        if in_doubt:
            self.in_doubt = True
        if subcode is not None:
            self.subcode = subcode
        if node is not None:
            self.node = node
        if key is not None:
            self.key = key

    @property
    def msg(self) -> str:
        """The text without its ``AEROSPIKE_ERR (<code>): ``."""
        return str(self.args[0]).removeprefix(_prefix(self.result_code)) if self.args else ""


def _prefix(code: int) -> str:
    return f"AEROSPIKE_ERR ({code}): "


# What the server answered. (The hierarchy of 0.14 has `RecordError` and `ClusterError` beside `ServerError`, the official one below it.)


class ServerError(AerospikeError, code=1):
    """The server answered with an error; also the class for codes that have none of their own."""


class RecordError(ServerError):
    """An error that concerns one record."""


class RecordNotFound(RecordError, code=2):
    """There is no such record."""


class RecordGenerationError(RecordError, code=3):
    """The record's generation is not the one the write expected."""


class InvalidRequest(ServerError, code=4):
    """The server refused a parameter of the request."""


class RecordExistsError(RecordError, code=5):
    """The record exists although the write was to create it."""


class BinExistsError(RecordError, code=6):
    """The bin exists although the operation was to create it."""


class ClusterError(ServerError, code=11):
    """The cluster cannot serve the request: no partition, no node or no connection for it."""


class ClusterChangeError(ClusterError, code=7):
    """The cluster changed while the request was served."""


class ServerFull(ServerError, code=8):
    """The server has no memory or storage left for the write."""


class AerospikeTimeoutError(AerospikeError, TimeoutError, code=9):
    """Time ran out, on the server (9) or here (a code below 0). Also a built-in `TimeoutError`."""


class AlwaysForbidden(ServerError, code=10):
    """The server's configuration forbids the operation."""


class BinTypeError(RecordError):
    """The bin holds another type of value than the operation works on."""


class BinIncompatibleType(BinTypeError, code=12):
    """The bin holds another type of value than the operation works on."""


class RecordTooBig(RecordError, code=13):
    """The record would exceed the size the server allows."""


class RecordBusy(RecordError, code=14):
    """Too many requests wait for this one record: a hot key."""


class UnsupportedFeature(ServerError, code=16):
    """The server does not know, or is not configured for, what was asked."""


class BinNotFound(RecordError, code=17):
    """There is no such bin."""


class DeviceOverload(ServerError, code=18):
    """The server's storage cannot keep up with the writes."""


class RecordKeyMismatch(RecordError, code=19):
    """The key stored with the record is not the key that was sent: two keys of one digest."""


class NamespaceNotFound(ServerError, code=20):
    """The cluster has no such namespace."""


class BinNameError(RecordError, code=21):
    """The name of a bin is too long or otherwise refused."""


class ForbiddenError(ServerError, code=22):
    """The operation is not allowed at this time."""


class ElementNotFoundError(RecordError, code=23):
    """There is no such element in the list or map."""


class ElementExistsError(RecordError, code=24):
    """The element is in the list or map already."""


class EnterpriseOnly(ServerError, code=25):
    """The feature needs the server's Enterprise Edition."""


class OpNotApplicable(ServerError, code=26):
    """The operation does not apply to the bin as it is."""


class FilteredOut(RecordError, code=27):
    """The filter expression was false for the record."""


class LostConflict(ServerError, code=28):
    """A newer version of the record, shipped from another cluster, won."""


class AdminError(ServerError):
    """Users, passwords, roles and privileges."""


class SecurityNotSupported(AdminError, code=51):
    """The server has no security at all."""


class SecurityNotEnabled(AdminError, code=52):
    """The server's security is switched off."""


class SecuritySchemeNotSupported(AdminError, code=53):
    """The server does not know this way to authenticate."""


class InvalidCommand(AdminError, code=54):
    """The server does not know the administrative command."""


class InvalidField(AdminError, code=55):
    """The administrative command has a field the server refuses."""


class IllegalState(AdminError, code=56):
    """The administrative command does not fit the state of the conversation."""


class InvalidUser(AdminError, code=60):
    """There is no such user, or its name is refused."""


class UserExistsError(AdminError, code=61):
    """The user exists already."""


class InvalidPassword(AdminError, code=62):
    """The password is refused."""


class ExpiredPassword(AdminError, code=63):
    """The password has expired."""


class ForbiddenPassword(AdminError, code=64):
    """The password was used before, or is otherwise forbidden."""


class InvalidCredential(AdminError, code=65):
    """User and password do not fit."""


class InvalidRole(AdminError, code=70):
    """There is no such role, or its name is refused."""


class RoleExistsError(AdminError, code=71):
    """The role exists already."""


class InvalidPrivilege(AdminError, code=72):
    """There is no such privilege."""


class InvalidWhitelist(AdminError, code=73):
    """The list of allowed addresses is malformed."""


class QuotasNotEnabled(AdminError, code=74):
    """The server's quotas are switched off."""


class InvalidQuota(AdminError, code=75):
    """The quota is refused."""


class NotAuthenticated(AdminError, code=80):
    """The connection has not logged in."""


class RoleViolation(AdminError, code=81):
    """The user's roles do not allow the operation."""


class NotWhitelisted(AdminError, code=82):
    """The user's roles do not allow this client's address."""


class QuotaExceeded(AdminError, code=83):
    """The user's quota is used up."""


class UDFError(ServerError, code=100):
    """A user-defined function failed; the text is what it said."""


class UDFNotFound(UDFError, code=1301):
    """There is no such function in the module."""


class LuaFileNotFound(UDFError, code=1302):
    """There is no such module."""


class TransactionError(ServerError):
    """The server's side of a transaction refused the request."""


class TransactionBlocked(TransactionError, code=120):
    """The record is held by another transaction."""


class TransactionVersionMismatch(TransactionError, code=121):
    """A record was changed after the transaction had read it."""


class TransactionExpired(TransactionError, code=122):
    """The transaction's time is up."""


class TransactionTooManyWrites(TransactionError, code=123):
    """The transaction writes more records than the server allows."""


class TransactionCommitted(TransactionError, code=124):
    """The transaction was committed already."""


class TransactionAborted(TransactionError, code=125):
    """The transaction was aborted already."""


class TransactionAlreadyLocked(TransactionError, code=126):
    """The record is held by this very transaction already."""


class TransactionMonitorExists(TransactionError, code=127):
    """The record by which the server watches the transaction exists already."""


class BatchDisabledError(ServerError, code=150):
    """The server's batches are switched off."""


class BatchMaxRequestError(ServerError, code=151):
    """The batch has more keys than the server takes."""


class BatchQueueFullError(ServerError, code=152):
    """The server's batch queues are full."""


class InvalidGeoJSON(ServerError, code=160):
    """The text is not GeoJSON, or not a shape the server takes."""


class AerospikeIndexError(ServerError, code=204):
    """A secondary index. Not a built-in `IndexError`: a missing index must not vanish in a clause meant for lists."""


class IndexFoundError(AerospikeIndexError, code=200):
    """The index exists already."""


class IndexNotFound(AerospikeIndexError, code=201):
    """There is no such index."""


class IndexOOM(AerospikeIndexError, code=202):
    """The server has no memory left for the index."""


class IndexNotReadable(AerospikeIndexError, code=203):
    """The index is still being built."""


class IndexNameMaxLen(AerospikeIndexError, code=205):
    """The name of the index is too long."""


class IndexNameMaxCount(AerospikeIndexError, code=206):
    """The namespace has as many indexes as it may."""


class QueryError(ServerError, code=213):
    """A query failed."""


class QueryAbortedError(QueryError, code=210):
    """The query was aborted."""


class ScanAbortedError(QueryAbortedError, code=15):
    """The scan was aborted."""


class QueryQueueFull(QueryError, code=211):
    """The server runs as many queries as it may."""


class QueryTimeout(QueryError, AerospikeTimeoutError, code=212):
    """The query ran out of time on the server."""


# What went wrong here, before, while or after talking to a server.


class ClientError(AerospikeError, code=-1):
    """The client failed, or was asked for what it cannot do in its state."""


class InvalidArgError(AerospikeError, ValueError):
    """An argument, a policy or the configuration is wrong; the text names it. Also a `ValueError`."""


class ParamError(InvalidArgError, ClientError, code=-2):
    """An argument, a policy or the configuration is wrong; the text names it."""


class InvalidHostError(InvalidArgError, ClientError, code=-4):
    """An entry of ``hosts`` is not a host."""


class ArgumentValueError(InvalidArgError):
    """An argument has the right type and an impossible value."""


class ArgumentTypeError(ClientError, TypeError):
    """An argument has the wrong type. Also a `TypeError`."""


class ArgumentOverflowError(ClientError, OverflowError):
    """A number does not fit where it should go. Also an `OverflowError`."""


class ObjectError(ClientError, ValueError):
    """A record and a class do not fit together; the text names the class and its field. Also a `ValueError`."""


class ClientClosedError(ClientError):
    """The client is not connected: `connect` was not called, or `close` was."""


class BackpressureError(ClientError):
    """More requests are waiting than the client's configuration allows."""


class RustPanicError(ClientError):
    """A defect of this package: a request panicked. The client lives on."""


class ConnectionError(ClusterError, ClientError, code=-10):
    """No connection, or it broke; the text names each address that was tried and what happened there."""


class AsyncConnectionError(ConnectionError, code=-6):
    """No connection, or it broke."""


class NoMoreConnectionsError(ClusterError, ClientError, code=-7):
    """All connections the configuration allows for the node are in use."""


class InvalidNodeError(ClusterError, ClientError, code=-8):
    """The cluster has no node for the request."""


class TLSError(ConnectionError, code=-9):
    """TLS could not be agreed upon."""


class MaxErrorRateExceeded(ClusterError, ClientError, code=-14):
    """The node failed so often lately that the client leaves it alone for a while."""


class MaxRetriesExceeded(AerospikeTimeoutError, ClientError, code=-12):
    """The request failed as often as its policy allows; the text says how, each time."""


class ClientAbortError(ClientError, code=-5):
    """The request was given up on this side."""


class NoResponse(ClientError, code=-15):
    """The server answered nothing for this record of a batch."""


class BatchFailed(ClientError, code=-16):
    """At least one record of the batch failed."""


class TransactionFailed(ClientError, code=-17):
    """The transaction could not be completed."""


class TransactionAlreadyCommitted(ClientError, code=-18):
    """The transaction was committed already."""


class TransactionAlreadyAborted(ClientError, code=-19):
    """The transaction was aborted already."""


# Codes that share a class: an expired session and the five of LDAP; a query's network error and its duplicate.
_classes.update(dict.fromkeys((66, *range(90, 95)), AdminError))
_classes.update(dict.fromkeys((214, 215), QueryError))

# The kinds of failure the extension tells apart, and the class that stands for each unless the code has a finer one.
_KINDS: dict[str, type[AerospikeError]] = {
    "client": ClientError,
    "timeout": AerospikeTimeoutError,
    "connection": ConnectionError,
    "cluster": ClusterError,
    "argument": InvalidArgError,
    "type": ArgumentTypeError,
    "value": ArgumentValueError,
    "overflow": ArgumentOverflowError,
    "backpressure": BackpressureError,
    "panic": RustPanicError,
    "closed": ClientClosedError,
}


def _class_for(code: int, kind: str) -> type[AerospikeError]:
    """The class for a result code; the kind decides where the code says less than it."""
    if kind == "server":
        return _classes.get(code, ServerError)
    by_kind = _KINDS[kind]
    by_code = _classes.get(code, by_kind)
    return by_code if issubclass(by_code, by_kind) else by_kind


def _from_error(
    code: int, message: str, in_doubt: bool, subcode: int | None, node: str | None, key: tuple[Any, ...] | None, kind: str
) -> AerospikeError:
    """The exception for an error of the extension, which calls this to raise it."""
    return _class_for(code, kind)(_prefix(code) + message, result_code=code, in_doubt=in_doubt, subcode=subcode, node=node, key=key)


# Names of the official client and of 0.14 that hide a built-in one. They stay until 1.0.0.
_DEPRECATED: dict[str, type[AerospikeError]] = {"TimeoutError": AerospikeTimeoutError, "IndexError": AerospikeIndexError}


# Hidden from type checkers, which would take any name for one that exists.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> type[AerospikeError]:
        if name in _DEPRECATED:
            import warnings

            target = _DEPRECATED[name]
            message = f"aerospike_py.exception.{name} is called {target.__name__}; the old name goes in 1.0.0"
            warnings.warn(message, DeprecationWarning, stacklevel=2)
            return target
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# fmt: off
__all__ = [
    "AdminError", "AerospikeError", "AerospikeIndexError", "AerospikeTimeoutError", "AlwaysForbidden", "ArgumentOverflowError",
    "ArgumentTypeError", "ArgumentValueError", "AsyncConnectionError", "BackpressureError", "BatchDisabledError", "BatchFailed",
    "BatchMaxRequestError", "BatchQueueFullError", "BinExistsError", "BinIncompatibleType", "BinNameError", "BinNotFound", "BinTypeError",
    "ClientAbortError", "ClientClosedError", "ClientError", "ClusterChangeError", "ClusterError", "ConnectionError", "DeviceOverload",
    "ERROR_CLASSES", "ElementExistsError", "ElementNotFoundError", "EnterpriseOnly", "ExpiredPassword", "FilteredOut", "ForbiddenError",
    "ForbiddenPassword", "IllegalState", "IndexFoundError", "IndexNameMaxCount", "IndexNameMaxLen", "IndexNotFound", "IndexNotReadable",
    "IndexOOM", "InvalidArgError", "InvalidCommand", "InvalidCredential", "InvalidField", "InvalidGeoJSON", "InvalidHostError",
    "InvalidNodeError", "InvalidPassword", "InvalidPrivilege", "InvalidQuota", "InvalidRequest", "InvalidRole", "InvalidUser",
    "InvalidWhitelist", "LostConflict", "LuaFileNotFound", "MaxErrorRateExceeded", "MaxRetriesExceeded", "NamespaceNotFound",
    "NoMoreConnectionsError", "NoResponse", "NotAuthenticated", "NotWhitelisted", "ObjectError", "OpNotApplicable", "ParamError", "QueryAbortedError",
    "QueryError", "QueryQueueFull", "QueryTimeout", "QuotaExceeded", "QuotasNotEnabled", "RecordBusy", "RecordError", "RecordExistsError",
    "RecordGenerationError", "RecordKeyMismatch", "RecordNotFound", "RecordTooBig", "RoleExistsError", "RoleViolation", "RustPanicError",
    "ScanAbortedError", "SecurityNotEnabled", "SecurityNotSupported", "SecuritySchemeNotSupported", "ServerError", "ServerFull", "TLSError",
    "TransactionAborted", "TransactionAlreadyAborted", "TransactionAlreadyCommitted", "TransactionAlreadyLocked", "TransactionBlocked",
    "TransactionCommitted", "TransactionError", "TransactionExpired", "TransactionFailed", "TransactionMonitorExists",
    "TransactionTooManyWrites", "TransactionVersionMismatch", "UDFError", "UDFNotFound", "UnsupportedFeature", "UserExistsError",
]
# fmt: on
