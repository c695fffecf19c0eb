from __future__ import annotations

import builtins
import copy
import multiprocessing
import pickle
import warnings

import pytest
from contracts import contract

import aerospike_py
from aerospike_py import exception
from aerospike_py.exception import ERROR_CLASSES, AerospikeError, _from_error

KEY = ("test", "demo", "k", b"\x01" * 20)
OFFICIAL = contract("exceptions")["official"]
REFERENCE = contract("exceptions")["0.14"]
# The names that hide a built-in one, and what they are called here.
RENAMED = {"TimeoutError": "AerospikeTimeoutError", "IndexError": "AerospikeIndexError"}
# What 0.14 raises for the server's codes; `ServerError` for all others.
REFERENCE_CODES = {
    2: "RecordNotFound",
    3: "RecordGenerationError",
    5: "RecordExistsError",
    6: "BinExistsError",
    9: "AerospikeTimeoutError",
    12: "BinTypeError",
    13: "RecordTooBig",
    15: "QueryAbortedError",
    17: "BinNotFound",
    21: "BinNameError",
    23: "RecordError",
    24: "RecordError",
    27: "FilteredOut",
    100: "UDFError",
    200: "IndexFoundError",
    201: "IndexNotFound",
    210: "QueryAbortedError",
    212: "AerospikeTimeoutError",
    **dict.fromkeys([*range(51, 57), *range(60, 67), *range(70, 76), *range(80, 84)], "AdminError"),
}
SERVER_CODES = [1, *range(2, 29), 32, *range(50, 57), *range(60, 67), *range(70, 76), *range(80, 84), *range(90, 95), 100]
SERVER_CODES += [*range(120, 128), 150, 151, 152, 160, *range(200, 207), *range(210, 216)]
KINDS = {
    "client": "ClientError",
    "timeout": "AerospikeTimeoutError",
    "connection": "ConnectionError",
    "cluster": "ClusterError",
    "argument": "InvalidArgError",
    "type": "TypeError",
    "value": "ValueError",
    "overflow": "OverflowError",
    "backpressure": "BackpressureError",
    "panic": "RustPanicError",
    "closed": "ClientError",
}
ALL_CLASSES = sorted({cls for cls in vars(exception).values() if isinstance(cls, type) and issubclass(cls, AerospikeError)}, key=str)


def named(name):
    return getattr(exception, RENAMED.get(name, name), None) or getattr(builtins, name)


def raised(code, kind="server", message="text"):
    return _from_error(code, message, True, 7, "10.0.0.1:3000", KEY, kind)


@pytest.mark.parametrize("code", SERVER_CODES)
def test_server_code_raises_what_0_14_raises(code):
    assert isinstance(raised(code), named(REFERENCE_CODES.get(code, "ServerError")))


@pytest.mark.parametrize(("name", "code"), [(name, code) for name, (code, _) in OFFICIAL.items() if code is not None])
def test_official_code_has_its_official_class(name, code):
    assert ERROR_CLASSES[code] is named(name)
    assert named(name).code == named(name).result_code == code


@pytest.mark.parametrize(("name", "parent"), [(name, parent) for name, (_, parent) in OFFICIAL.items()])
def test_class_derives_from_its_official_parent(name, parent):
    assert issubclass(named(name), named(parent))


@pytest.mark.parametrize(("name", "parent"), REFERENCE.items())
def test_class_derives_from_its_parent_of_0_14(name, parent):
    assert issubclass(named(name), named(parent))


def test_there_are_86_official_classes():
    assert len(OFFICIAL) == 86


@pytest.mark.parametrize("code", [25, *range(120, 128)])
def test_enterprise_and_transaction_codes_have_a_class_of_their_own(code):
    assert ERROR_CLASSES[code] is not exception.ServerError
    assert ERROR_CLASSES[code].code == code
    assert issubclass(ERROR_CLASSES[code], exception.ServerError)


def test_every_class_of_the_table_is_under_the_root_and_public():
    for code, cls in ERROR_CLASSES.items():
        assert issubclass(cls, AerospikeError), code
        assert getattr(exception, cls.__name__) is cls
        assert cls.__name__ in exception.__all__
    with pytest.raises(TypeError):
        ERROR_CLASSES[2] = AerospikeError


def test_every_class_is_documented():
    for cls in ALL_CLASSES:
        assert cls.__doc__ is not AerospikeError.__doc__ or cls is AerospikeError
        assert cls.__doc__, cls
        assert cls.__name__ in exception.__all__


@pytest.mark.parametrize("code", [*SERVER_CODES, 29, 199, 255])
def test_text_and_attributes(code):
    error = raised(code)
    assert str(error) == f"AEROSPIKE_ERR ({code}): text"
    assert error.msg == "text"
    assert error.result_code == error.code == code
    assert (error.in_doubt, error.subcode, error.node, error.key) == (True, 7, "10.0.0.1:3000", KEY)


@pytest.mark.parametrize(("kind", "name"), KINDS.items())
def test_kind_decides_where_the_code_says_nothing(kind, name):
    error = _from_error(-1, "text", False, None, None, None, kind)
    assert isinstance(error, named(name))
    assert isinstance(error, AerospikeError)
    assert (error.code, error.in_doubt, error.subcode, error.node, error.key) == (-1, False, None, None, None)


@pytest.mark.parametrize(
    ("code", "kind", "name"),
    [
        (-2, "argument", "ParamError"),
        (-4, "argument", "InvalidHostError"),
        (-2, "type", "ArgumentTypeError"),
        (-2, "value", "ArgumentValueError"),
        (-2, "overflow", "ArgumentOverflowError"),
        (-7, "cluster", "NoMoreConnectionsError"),
        (-8, "cluster", "InvalidNodeError"),
        (-10, "cluster", "ConnectionError"),
        (-14, "cluster", "MaxErrorRateExceeded"),
        (-11, "cluster", "ClusterError"),
        (-10, "connection", "ConnectionError"),
        (-9, "connection", "TLSError"),
        (-12, "timeout", "MaxRetriesExceeded"),
        (9, "timeout", "AerospikeTimeoutError"),
        (-15, "client", "NoResponse"),
        (-17, "client", "TransactionFailed"),
        (-99, "client", "ClientError"),
        (250, "server", "ServerError"),
    ],
)
def test_code_refines_the_kind_but_never_contradicts_it(code, kind, name):
    assert type(raised(code, kind)) is getattr(exception, name)


def test_an_unknown_kind_is_refused():
    with pytest.raises(KeyError):
        raised(-1, "nonsense")


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("AerospikeTimeoutError", TimeoutError),
        ("QueryTimeout", TimeoutError),
        ("MaxRetriesExceeded", TimeoutError),
        ("InvalidArgError", ValueError),
        ("ParamError", ValueError),
        ("ArgumentValueError", ValueError),
        ("ArgumentTypeError", TypeError),
        ("ArgumentOverflowError", OverflowError),
    ],
)
def test_is_also_the_built_in_one(name, builtin):
    assert issubclass(named(name), builtin)


def test_a_missing_index_is_not_a_built_in_index_error():
    assert not issubclass(exception.AerospikeIndexError, IndexError)
    assert aerospike_py.IndexError is exception.AerospikeIndexError


ERRORS = [raised(code) for code in SERVER_CODES] + [raised(-2, kind) for kind in KINDS]
ERRORS += [cls("by hand", result_code=5, in_doubt=True, subcode=1, node="n", key=KEY) for cls in ALL_CLASSES]


def same(one, other):
    return type(one) is type(other) and one.args == other.args and vars(one) == vars(other) and str(one) == str(other)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: f"{type(error).__name__}{error.code}")
def test_pickle_and_copy_keep_everything(error):
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert same(pickle.loads(pickle.dumps(error, protocol)), error)
    assert same(copy.copy(error), error)
    assert same(copy.deepcopy(error), error)


def fail(code):
    raise raised(code)


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_errors_cross_processes(method):
    with multiprocessing.get_context(method).Pool(1) as pool:
        for code in (2, 9, 212, 29):
            with pytest.raises(type(raised(code))) as caught:
                pool.apply(fail, (code,))
            assert str(caught.value) == str(raised(code))
            assert caught.value.key == KEY
            assert caught.value.in_doubt


def test_made_by_hand_it_has_the_code_of_its_class():
    error = exception.RecordNotFound("no such record")
    assert str(error) == error.msg == "no such record"
    assert error.result_code == error.code == 2
    assert not error.in_doubt
    assert exception.AerospikeError().result_code == -1
    assert exception.AerospikeError().msg == ""


def test_code_and_result_code_stay_the_same():
    error = exception.RecordNotFound("x")
    error.code = 5
    assert error.result_code == 5
    error.result_code = 3
    assert error.code == 3
    assert exception.RecordNotFound.code == 2


def test_a_class_of_ones_own_takes_its_parents_code():
    class Mine(exception.RecordNotFound):
        pass

    assert Mine("x").code == 2
    assert ERROR_CLASSES[2] is exception.RecordNotFound


@pytest.mark.parametrize(("name", "target"), RENAMED.items())
def test_old_names_warn_in_the_module_and_not_in_the_package(name, target):
    with pytest.warns(DeprecationWarning, match="1.0.0") as caught:
        cls = getattr(exception, name)
    assert caught[0].filename == __file__
    assert cls is getattr(exception, target)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert getattr(aerospike_py, name) is cls


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="Nonsense"):
        exception.Nonsense  # noqa: B018
