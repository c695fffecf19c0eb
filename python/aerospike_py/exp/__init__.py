"""Expressions: plain dicts ``{"__expr__": op, …}`` that policies take as ``filter_expression``, and operations and indexes as what to compute.

    exp.and_(exp.ge(exp.int_bin("age"), exp.int_val(18)), exp.eq(exp.string_bin("state"), exp.string_val("on")))
    (exp.int_bin("age") >= 18) & exp.eq(exp.string_bin("state"), exp.string_val("on"))

Functions whose name would hide a word of Python end in an underscore; the name inside the dict does not. Python's operators stand for the
functions, all but ``==`` and ``!=``, which compare the dicts: see `Node`. An expression may nest up to 64 levels deep; that, the number of operands
and their types are checked when it is used.
"""

from __future__ import annotations

from . import base, bits, hll, lists, maps, paths
from .base import *
from .base import _VALID_OPS as _VALID_OPS
from .bits import *
from .hll import *
from .lists import *
from .maps import *
from .node import Node
from .paths import *

__all__ = ["Node", *base.__all__, *bits.__all__, *hll.__all__, *lists.__all__, *maps.__all__, *paths.__all__]
