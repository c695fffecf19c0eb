"""Interpreters that end at every stage of a client's life, and at any moment of it."""

from __future__ import annotations

import itertools
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
import stages
from hostile import LOOPS


@pytest.fixture
def end_all(hosts, report):
    def end(cases):
        with ThreadPoolExecutor(4) as pool:
            ended = [pool.submit(stages.end, hosts[0][1], *case) for case in cases]
            for each in ended:
                each.result()
        report(faults=len(ended), lost=0, note="interpreters ended")

    return end


def test_at_every_stage(end_all, scaled):
    end_all(itertools.chain.from_iterable(itertools.repeat(list(stages.every()), scaled(8))))


def test_at_any_moment(end_all, scaled):
    generator = random.Random(5)
    end_all([(generator.choice(("sync", *LOOPS)), "anywhere", "none", generator.uniform(0.05, 0.8)) for _ in range(scaled(600))])
