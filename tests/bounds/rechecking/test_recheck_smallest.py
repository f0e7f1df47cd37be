"""Stored answers about no samples or one, and of kinds that searches seldom give."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from slth_verify.bounds import (
    crude_lower,
    mrss_width,
    network_width,
    recheck,
    rss_width,
    sharp_lower,
    subset_sum_number_mean,
)
from slth_verify.verdict import Verdict

Document = dict[str, Any]


def _verdict(document: Document) -> Verdict:
    return recheck(document).verdict


@pytest.mark.parametrize(("norm", "least"), [(0, 0), ("1/2", 0), (1, 1), (2, 1)])
def test_targets_that_the_empty_subset_hits_or_not(norm, least) -> None:
    found = mrss_width(1, "1/2", "1/100", norm, kind="necessary").to_json()
    assert found["n"] == least
    assert _verdict(found) is Verdict.VERIFIED
    other = _verdict(found | {"n": 1 - least})
    # that fewer than 0 are not enough holds of every target
    assert (other is Verdict.VERIFIED) == (least == 1)
    for n in (-1, 2):
        assert _verdict(found | {"n": n}) is Verdict.INCONCLUSIVE
    more = copy.deepcopy(found)
    more["ledger"][1]["values"] = {"n": "0"}
    assert _verdict(more) is Verdict.INCONCLUSIVE


def test_one_uniform_sample_fewer_is_none() -> None:
    found = rss_width("3/4", "1/100", half=False, kind="necessary").to_json()
    assert found["n"] > 1
    assert _verdict(found) is Verdict.VERIFIED
    one = copy.deepcopy(found) | {"n": 1}
    one["probability"]["upper"] = one["ledger"][0]["values"]["probability"] = "0"
    one["ledger"][0]["values"]["samples"] = "0"
    assert _verdict(one) is Verdict.VERIFIED
    del one["probability"], one["ledger"][0]["values"]
    assert _verdict(one) is Verdict.INCONCLUSIVE


def test_the_empty_sum_may_be_enough() -> None:
    found = rss_width("1/2", "1/2", half=True, kind="necessary").to_json()
    assert found["n"] == 0
    assert _verdict(found) is Verdict.VERIFIED
    assert _verdict(found | {"n": 1}) is Verdict.INCONCLUSIVE
    more = copy.deepcopy(found)
    more["ledger"][0]["values"] = {"samples": "0"}
    assert _verdict(more) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("eps", "delta", "least"), [(1, "1/5", 0), ("9/10", "0.99", 1)]
)
def test_layers_of_no_filters_or_one(eps, delta, least) -> None:
    found = network_width((1,), (1, 1), eps, delta, kind="necessary").to_json()
    layer = found["layers"][0]
    assert (layer["n"], layer["ledger"]) == (least, [])
    assert _verdict(found) is Verdict.VERIFIED
    lie = copy.deepcopy(found)
    lie["layers"][0] |= {"n": least + 1, "filters": 2 * (least + 1)}
    lie["filters"] = 2 * (least + 1)
    finding = recheck(lie)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "were expected" in finding.reason
    idle = copy.deepcopy(found)
    idle["layers"][0]["ledger"] = [
        {"statement": "der:layer-necessary", "text": "", "values": {}}
    ]
    finding = recheck(idle)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "no step was expected" in finding.reason


def test_layers_for_all_kernels_at_once() -> None:
    found = network_width((1,), (1, 1), "1/2", "1/2", universal=True).to_json()
    assert _verdict(found) is Verdict.VERIFIED
    steps = found["layers"][0]["ledger"]
    assert "der:net" in [step["statement"] for step in steps]
    fixed = copy.deepcopy(found)
    fixed["inputs"]["universal"] = False
    assert _verdict(fixed) is Verdict.INCONCLUSIVE
    short = copy.deepcopy(found)
    net = next(x for x in short["layers"][0]["ledger"] if x["statement"] == "der:net")
    net["values"] |= {"radius": "1/2", "points": "3"}
    finding = recheck(short)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "another question is answered" in finding.reason


def test_layers_of_one_block() -> None:
    found = network_width((1,), (1, 1), "1/2", "9/10").to_json()
    block, signs = found["layers"][0]["ledger"]
    n = int(block["values"]["n"])
    assert signs["values"]["stairs"] == f"{n} {2 * n} {3 * n}"
    assert _verdict(found) is Verdict.VERIFIED


_SHARP, _CRUDE = "der:sharp-moment", "der:crude-moment"


def _by_moment(statement: str, lower: str) -> Document:
    """The success of subsets of one size, by an unweighted second moment."""
    mean = subset_sum_number_mean(8, 5, [1], "1/10").readable()
    hits = {"expected_hits": f"[{mean.lower}, {mean.upper}]", "bits": "128"}
    return {
        "statement": statement,
        "kind": "certified",
        "inputs": {"dim": 1, "n": 8, "size": 5, "eps": "1/10", "target_norm": 1},
        "n": 8,
        "size": 5,
        "probability": {"lower": lower, "upper": str(min(mean.upper, 1))},
        "direction": "both",
        "evidence": "enclosed",
        "ledger": [
            {
                "statement": statement,
                "text": "",
                "values": {"size": "5", "probability": f"[{lower}, 1]"},
            },
            {"statement": "der:first-moment", "text": "", "values": hits},
        ],
    }


def test_both_unweighted_moments_are_proved_again() -> None:
    lowers = {
        _SHARP: str(sharp_lower(8, 5, 1, "1/10", 1)),
        _CRUDE: str(crude_lower(8, 5, 1, "1/10", 1)),
    }
    for statement, lower in lowers.items():
        assert _verdict(_by_moment(statement, lower)) is Verdict.VERIFIED
    exchanged = _by_moment(_CRUDE, lowers[_SHARP])
    assert _verdict(exchanged) is Verdict.INCONCLUSIVE
