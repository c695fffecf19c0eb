"""Expressions are encoded as the official client encodes them."""

from __future__ import annotations

import base64

import aerospike  # the official client
import numpy as np
import pytest
from aerospike_helpers import expressions as e

import aerospike_py
from aerospike_py import exp
from aerospike_py._aerospike import expression_to_base64

A, B = exp.int_bin("a"), exp.int_bin("b")
OA, OB = e.IntBin("a"), e.IntBin("b")
ONE, TWO = exp.int_val(1), exp.int_val(2)
POINT = '{"type": "Point", "coordinates": [1, 2]}'
NESTED = {"b": [1, 2.5, None, True], "a": {"z": b"x", 3: "y", b"k": -1}, 7: {}}

# By operator: ours and the official one's.
PAIRS = {
    "int_val": (exp.eq(A, exp.int_val(-(2**63))), e.Eq(OA, -(2**63))),
    "float_val": (exp.eq(exp.float_bin("f"), exp.float_val(2.5)), e.Eq(e.FloatBin("f"), 2.5)),
    "string_val": (exp.eq(exp.string_bin("s"), exp.string_val("é" * 40)), e.Eq(e.StrBin("s"), "é" * 40)),
    "bool_val": (exp.eq(exp.bool_bin("t"), exp.bool_val(True)), e.Eq(e.BoolBin("t"), True)),
    "blob_val": (exp.eq(exp.blob_bin("z"), exp.blob_val(b"\x00\xff")), e.Eq(e.BlobBin("z"), b"\x00\xff")),
    "list_val": (exp.eq(exp.list_bin("l"), exp.list_val([1, "a", NESTED])), e.Eq(e.ListBin("l"), [1, "a", NESTED])),
    "map_val": (exp.eq(exp.map_bin("m"), exp.map_val(NESTED)), e.Eq(e.MapBin("m"), NESTED)),
    "geo_val": (exp.geo_compare(exp.geo_bin("g"), exp.geo_val(POINT)), e.CmpGeo(e.GeoBin("g"), aerospike.GeoJSON(POINT))),
    "nil": (exp.eq(A, exp.nil()), e.Eq(OA, None)),
    "infinity": (exp.eq(A, exp.infinity()), e.Eq(OA, aerospike.CDTInfinite())),
    "wildcard": (exp.eq(A, exp.wildcard()), e.Eq(OA, aerospike.CDTWildcard())),
    "int_bin": (exp.gt(A, B), e.GT(OA, OB)),
    "float_bin": (exp.float_bin("f"), e.FloatBin("f")),
    "string_bin": (exp.string_bin("s"), e.StrBin("s")),
    "bool_bin": (exp.bool_bin("t"), e.BoolBin("t")),
    "blob_bin": (exp.blob_bin("z"), e.BlobBin("z")),
    "list_bin": (exp.list_bin("l"), e.ListBin("l")),
    "map_bin": (exp.map_bin("m"), e.MapBin("m")),
    "geo_bin": (exp.geo_bin("g"), e.GeoBin("g")),
    "hll_bin": (exp.hll_bin("h"), e.HLLBin("h")),
    "bin_exists": (exp.bin_exists("a"), e.BinExists("a")),
    "bin_type": (exp.eq(exp.bin_type("a"), ONE), e.Eq(e.BinType("a"), 1)),
    "key": (exp.eq(exp.key(exp.EXP_TYPE_STRING), exp.string_val("k")), e.Eq(e.KeyStr(), "k")),
    "key_exists": (exp.key_exists(), e.KeyExists()),
    "set_name": (exp.eq(exp.set_name(), exp.string_val("demo")), e.Eq(e.SetName(), "demo")),
    "record_size": (exp.lt(exp.record_size(), exp.int_val(1000)), e.LT(e.RecordSize(), 1000)),
    "last_update": (exp.gt(exp.last_update(), exp.int_val(2**62)), e.GT(e.LastUpdateTime(), 2**62)),
    "since_update": (exp.le(exp.since_update(), exp.int_val(100_000)), e.LE(e.SinceUpdateTime(), 100_000)),
    "void_time": (exp.eq(exp.void_time(), exp.int_val(-1)), e.Eq(e.VoidTime(), -1)),
    "ttl": (exp.ne(exp.ttl(), exp.int_val(-200)), e.NE(e.TTL(), -200)),
    "is_tombstone": (exp.is_tombstone(), e.IsTombstone()),
    "digest_modulo": (exp.eq(exp.digest_modulo(3), exp.int_val(0)), e.Eq(e.DigestMod(3), 0)),
    "eq": (exp.eq(A, B), e.Eq(OA, OB)),
    "ne": (exp.ne(A, B), e.NE(OA, OB)),
    "gt": (exp.gt(A, B), e.GT(OA, OB)),
    "ge": (exp.ge(A, B), e.GE(OA, OB)),
    "lt": (exp.lt(A, B), e.LT(OA, OB)),
    "le": (exp.le(A, B), e.LE(OA, OB)),
    "and": (exp.and_(exp.eq(A, ONE), exp.eq(B, TWO), exp.key_exists()), e.And(e.Eq(OA, 1), e.Eq(OB, 2), e.KeyExists())),
    "or": (exp.or_(exp.eq(A, ONE), exp.eq(B, TWO)), e.Or(e.Eq(OA, 1), e.Eq(OB, 2))),
    "not": (exp.not_(exp.eq(A, ONE)), e.Not(e.Eq(OA, 1))),
    "xor": (exp.xor_(exp.eq(A, ONE), exp.eq(B, TWO)), e.Exclusive(e.Eq(OA, 1), e.Eq(OB, 2))),
    "num_add": (exp.num_add(A, B, ONE), e.Add(OA, OB, 1)),
    "num_sub": (exp.num_sub(A, B), e.Sub(OA, OB)),
    "num_mul": (exp.num_mul(A, B), e.Mul(OA, OB)),
    "num_div": (exp.num_div(A, B), e.Div(OA, OB)),
    "num_mod": (exp.num_mod(A, B), e.Mod(OA, OB)),
    "num_pow": (exp.num_pow(exp.float_bin("f"), exp.float_val(2.0)), e.Pow(e.FloatBin("f"), 2.0)),
    "num_log": (exp.num_log(exp.float_bin("f"), exp.float_val(2.0)), e.Log(e.FloatBin("f"), 2.0)),
    "num_abs": (exp.num_abs(A), e.Abs(OA)),
    "num_floor": (exp.num_floor(exp.float_bin("f")), e.Floor(e.FloatBin("f"))),
    "num_ceil": (exp.num_ceil(exp.float_bin("f")), e.Ceil(e.FloatBin("f"))),
    "to_int": (exp.to_int(exp.float_bin("f")), e.ToInt(e.FloatBin("f"))),
    "to_float": (exp.to_float(A), e.ToFloat(OA)),
    "min": (exp.min_(A, B, ONE), e.Min(OA, OB, 1)),
    "max": (exp.max_(A, B, ONE), e.Max(OA, OB, 1)),
    "int_and": (exp.int_and(A, exp.int_val(0xFF)), e.IntAnd(OA, 0xFF)),
    "int_or": (exp.int_or(A, exp.int_val(0xFFFF)), e.IntOr(OA, 0xFFFF)),
    "int_xor": (exp.int_xor(A, exp.int_val(0x1_0000)), e.IntXOr(OA, 0x1_0000)),
    "int_not": (exp.int_not(A), e.IntNot(OA)),
    "int_count": (exp.int_count(A), e.IntCount(OA)),
    "int_lshift": (exp.int_lshift(A, ONE), e.IntLeftShift(OA, 1)),
    "int_rshift": (exp.int_rshift(A, ONE), e.IntRightShift(OA, 1)),
    "int_arshift": (exp.int_arshift(A, ONE), e.IntArithmeticRightShift(OA, 1)),
    "int_lscan": (exp.int_lscan(A, exp.bool_val(True)), e.IntLeftScan(OA, True)),
    "int_rscan": (exp.int_rscan(A, exp.bool_val(False)), e.IntRightScan(OA, False)),
    "regex_compare": (
        exp.regex_compare("^a.*", aerospike_py.REGEX_ICASE, exp.string_bin("s")),
        e.CmpRegex(aerospike.REGEX_ICASE, "^a.*", e.StrBin("s")),
    ),
    "geo_compare": (exp.geo_compare(exp.geo_bin("g"), exp.geo_bin("h")), e.CmpGeo(e.GeoBin("g"), e.GeoBin("h"))),
    "cond": (exp.cond(exp.gt(A, ONE), ONE, exp.lt(A, TWO), TWO, B), e.Cond(e.GT(OA, 1), 1, e.LT(OA, 2), 2, OB)),
    "var": (exp.let_(exp.def_("x", A), exp.gt(exp.var("x"), ONE)), e.Let(e.Def("x", OA), e.GT(e.Var("x"), 1))),
    "def": (exp.let_(exp.def_("xy", exp.num_add(A, B)), exp.var("xy")), e.Let(e.Def("xy", e.Add(OA, OB)), e.Var("xy"))),
    "let": (
        exp.let_(exp.def_("x", A), exp.def_("y", exp.var("x")), exp.let_(exp.def_("z", B), exp.var("z"))),
        e.Let(e.Def("x", OA), e.Def("y", e.Var("x")), e.Let(e.Def("z", OB), e.Var("z"))),
    ),
}


def ours(expression):
    return base64.b64decode(expression_to_base64(expression)).hex()


def test_the_table_is_complete():
    assert set(PAIRS) == exp._VALID_OPS


@pytest.mark.filterwarnings("ignore:CmpRegex")
@pytest.mark.parametrize("name", PAIRS)
def test_as_the_official_client(name, packed):
    mine, its = PAIRS[name]
    assert ours(mine) == packed(its)


@pytest.mark.parametrize(("kind", "its"), [("INT", e.KeyInt), ("STRING", e.KeyStr), ("BLOB", e.KeyBlob)])
def test_keys(kind, its, packed):
    assert ours(exp.key(getattr(exp, f"EXP_TYPE_{kind}"))) == packed(its())


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (exp.int_val(np.int16(-3)), exp.int_val(-3)),
        (exp.float_val(np.float32(0.5)), exp.float_val(0.5)),
        (exp.float_val(3), exp.float_val(3.0)),
        (exp.blob_val(bytearray(b"x")), exp.blob_val(b"x")),
        (exp.blob_val(memoryview(b"x")), exp.blob_val(b"x")),
        (exp.list_val((1, 2)), exp.list_val([1, 2])),
        (exp.geo_val(aerospike_py.GeoJSON(POINT)), exp.geo_val(POINT)),
    ],
)
def test_like_values_are_encoded_alike(value, plain):
    assert ours(value) == ours(plain)
