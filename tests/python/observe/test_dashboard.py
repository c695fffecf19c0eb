"""The dashboard asks for metrics and labels that there are."""

from __future__ import annotations

import json
import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

import aerospike_py

DASHBOARD = Path(__file__).resolve().parents[3] / "docs" / "dashboard.json"


def test_every_metric_of_the_dashboard_exists(c, key):
    c.put(key, {"n": 1})
    families = list(text_string_to_metric_families(aerospike_py.get_metrics()))
    names = {sample.name for family in families for sample in family.samples}
    labels = {label for family in families for sample in family.samples for label in sample.labels} | {"instance"}
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert len(expressions) > 10
    for expression in expressions:
        used = set(re.findall(r"\b(?:db_client|aerospike_client)_\w+", expression))
        assert used
        assert used <= names, expression
        for grouping in re.findall(r"by \(([^)]*)\)", expression):
            assert set(re.split(r",\s*", grouping)) <= labels, expression
