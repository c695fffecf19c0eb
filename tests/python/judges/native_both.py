"""The two clients side by side, in the interpreter of a script that `test_native` runs: `SCRIPT HOST:PORT SET`."""

from __future__ import annotations

import sys
import warnings

import aerospike
import aerospike_native as native
from aerospike_helpers import HyperLogLog
from selections import order

# It deprecates much of what is tested here.
warnings.filterwarnings("ignore", message=".*deprecated")

#: The classes of errors of `aerospike-native` have no common base.
ERRORS = (native.exceptions.AerospikeError, native.exceptions.ServerError)


def plain(value):
    """A value without the classes of either client."""
    for kinds, name, content in [
        ((native.GeoJSON,), "geo", lambda: value.value),
        ((aerospike.GeoJSON,), "geo", lambda: aerospike.GeoJSON.dumps(value)),
        ((native.HLL,), "hll", lambda: bytes(value.value)),
        ((HyperLogLog,), "hll", lambda: bytes(value)),
    ]:
        if isinstance(value, kinds):
            return (name, content())
    if isinstance(value, native.Blob):
        return bytes(value.value)
    if isinstance(value, (list, tuple, native.List)):
        return [plain(item) for item in (value.value if isinstance(value, native.List) else value)]
    if isinstance(value, (dict, native.Map)):
        items = value.value if isinstance(value, native.Map) else value
        return {plain(name): plain(item) for name, item in items.items()}
    return value


def paired(value, expected):
    """The official client answers keys and values in one flat list."""
    if isinstance(expected, dict) and isinstance(value, list):
        return dict(zip(value[::2], value[1::2], strict=True))
    return value


class Both:
    """Both clients, connected to one server."""

    def __init__(self, seed, set_name):
        host, _, port = seed.rpartition(":")
        self.set_name = set_name
        self.native = native.new_client_blocking(native.ClientPolicy(), seed)
        self.official = aerospike.client({"hosts": [(host, int(port))]}).connect()

    @classmethod
    def judge(cls, *checks):
        """Runs the checks of a script."""
        both = cls(*sys.argv[1:])
        try:
            for check in checks:
                check(both)
        finally:
            both.native.close_blocking()
            both.official.close()

    def key(self, user_key):
        return native.Key("test", self.set_name, user_key)

    def its_key(self, user_key):
        return ("test", self.set_name, user_key)

    def prepare(self, user_key, before):
        """Puts a bin `b`, or sees to it that there is no record."""
        if self.official.exists(self.its_key(user_key))[1] is not None:
            self.official.remove(self.its_key(user_key))
        if before is not None:
            its_value = HyperLogLog(before[1]) if isinstance(before, tuple) else before
            self.official.put(self.its_key(user_key), {"b": its_value})

    def left(self, user_key):
        """The bin as each client reads it."""
        try:
            theirs = plain(self.official.get(self.its_key(user_key))[2].get("b"))
            mine = plain(self.native.get_blocking(self.key(user_key)).bins.get("b"))
        except aerospike.exception.RecordNotFound:
            return None
        assert mine == theirs, (mine, theirs)
        return mine

    def mine(self, call):
        """What a call of `aerospike-native` gives, or the code it fails with."""
        try:
            return call()
        except ERRORS as error:
            return ("code", int(error.result_code))

    def its(self, call):
        try:
            return call()
        except aerospike.exception.AerospikeError as error:
            return ("code", error.code)

    def run(self, name, before, mine, official):
        """Each client makes its operation on a record of its own; what each is answered, and what is left in both."""
        self.prepare("mine", before)
        self.prepare("its", before)
        told = self.mine(lambda: plain(self.native.operate_blocking(self.key("mine"), [mine]).bins.get("b")))
        its_told = self.its(lambda: plain(self.official.operate(self.its_key("its"), [official])[2].get("b")))
        left, its_left = self.left("mine"), self.left("its")
        assert left == its_left, (name, left, its_left)
        return its_told, told, {"b": left}

    def check(self, name, before, mine, official, answered, left, *, unordered=False):
        """Both are answered this, and both leave this; `unordered`: items may come in any order."""
        its_told, told, after = self.run(name, before, mine, official)
        its_told = paired(its_told, answered)
        assert told == its_told, (name, told, its_told)
        if unordered and isinstance(told, list):
            told = order(told)
        assert told == answered, (name, told, answered)
        assert after == {"b": left}, (name, after, left)
