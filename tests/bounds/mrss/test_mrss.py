"""Widths and success probabilities: directions, tables, blocks, cache."""

import copy
import json
import math
from fractions import Fraction
from pathlib import Path

import pytest
from scipy.stats import binomtest

from slth_verify.bounds import first_moment, mrss_success, mrss_width
from slth_verify.bounds.certificates.certified_width import BlockWidth
from slth_verify.bounds.certificates.integrals.scale_integral import Box
from slth_verify.bounds.certificates.weighted_moment import WeightedCertificate
from slth_verify.bounds.mrss import necessary_width
from slth_verify.bounds.question import Question
from slth_verify.bounds.searches import cache
from slth_verify.bounds.searches.blocks import block_width
from slth_verify.errors import InvalidParameterError

F = Fraction

#: Certified widths at probability 1/2 that were known before, and necessary ones.
TABLE = {
    (1, "0.1"): (13, 4),
    (1, "0.01"): (13, 8),
    (2, "0.01"): (22, 16),
    (4, "0.01"): (42, 35),
    (9, "0.01"): (97, 85),
}


@pytest.mark.parametrize("case", TABLE)
def test_widths_are_at_most_the_table_and_at_least_necessary(case) -> None:
    known, necessary = TABLE[case]
    certified = mrss_width(*case)
    below = mrss_width(*case, kind="necessary")
    assert below.n == necessary <= certified.n <= known
    assert certified.probability.lower >= F(1, 2)
    assert certified.direction == "upper"
    assert below.direction == "lower"


def test_parameters_that_no_table_lists() -> None:
    for dim, eps, prob, norm in [(3, "0.03", "0.6", "0.5"), (5, "1/40", "1/3", 2)]:
        certified = mrss_width(dim, eps, prob, norm)
        below = mrss_width(dim, eps, prob, norm, kind="necessary")
        assert below.n <= certified.n <= 2 * below.n
        assert certified.probability.lower >= F(prob)


def test_blocks_reach_high_probability() -> None:
    result = mrss_width(2, "0.05", "0.9")
    assert result.probability.lower >= F(9, 10)
    assert 12 <= result.n <= 100
    blocks = dict(result.ledger[-1].values)["blocks"]
    assert result.n % int(blocks) == 0


def test_dependent_blocks_would_be_a_lie() -> None:
    width = block_width(Question(1, F(1, 10), F(1), F(9, 10)))
    assert width.blocks > 1
    assert width.probability == 1 - (1 - width.single) ** width.blocks
    # adding up the probabilities of the blocks claims too much
    assert min(F(1), width.blocks * width.single) > width.probability


def test_the_ledger_rebuilds_the_certificate() -> None:
    result = mrss_width(2, "0.05")
    values = dict(result.ledger[0].values)
    certificate = WeightedCertificate(
        n=int(values["n"]),
        size=int(values["size"]),
        dim=2,
        eps=F(1, 20),
        norm=F(1),
        tilt=F(values["lambda"]),
        weight=F(values["weight"]),
    )
    assert certificate.check() == result.probability.lower
    document = json.loads(json.dumps(result.to_json()))
    assert document["ledger"][0]["statement"] == "der:weighted-moment"


def _forged(question: dict, answer: dict) -> str:
    """A file of the cache as the package itself would have written it."""
    digest = cache._digest(question, answer)
    return json.dumps({"question": question, "answer": answer, "digest": digest})


def test_a_damaged_cache_changes_nothing(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SLTH_VERIFY_CACHE", str(tmp_path))
    first = mrss_width(1, "0.1", effort="best")
    files = list(tmp_path.rglob("*.json"))
    assert len(files) == 1
    assert mrss_width(1, "0.1", effort="best") == first
    document = json.loads(files[0].read_text())
    document["answer"]["n"] = first.n - 3
    for damaged in (json.dumps(document), "{}", "no json", "[]", "[" * 10**5):
        files[0].write_text(damaged)
        assert mrss_width(1, "0.1", effort="best") == first


#: Parameters that a forger writes: wider certificates that hold, and absurd numbers.
FORGED = {
    "a wider block": {"n": "38", "size": "17"},
    "a thousand blocks": {"blocks": "1000"},
    "a billion blocks": {"blocks": "1000000000"},
    "a tilt without end": {"tilt": "1e999999999"},
    "a block without end": {"n": "1e999999999"},
    "another accuracy": {"accuracy": "1"},
    "the same with another width": {},
}


@pytest.fixture(scope="module")
def remembered(tmp_path_factory) -> tuple[Path, dict]:
    """Where in its folder the cache keeps a width, and what it keeps."""
    folder = tmp_path_factory.mktemp("honest")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SLTH_VERIFY_CACHE", str(folder))
        assert mrss_width(2, "0.01", effort="best").n == 21
    (place,) = folder.rglob("*.json")
    return place.relative_to(folder), json.loads(place.read_text())


@pytest.mark.parametrize(
    "lie",
    [
        "a wider block",
        "a billion blocks",
        "a tilt without end",
        "the same with another width",
        pytest.param("a thousand blocks", marks=pytest.mark.nightly),
        pytest.param("a block without end", marks=pytest.mark.nightly),
        pytest.param("another accuracy", marks=pytest.mark.nightly),
    ],
)
def test_a_forged_cache_makes_no_width_worse(
    lie, tmp_path, monkeypatch, remembered
) -> None:
    monkeypatch.setenv("SLTH_VERIFY_CACHE", str(tmp_path))
    name, document = remembered
    answer = copy.deepcopy(document["answer"])
    answer["with"] |= FORGED[lie]
    answer["n"] = {"the same with another width": 1}.get(lie, answer["n"])
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(_forged(document["question"], answer))
    assert mrss_width(2, "0.01", effort="best").n == 21
    assert [path.relative_to(tmp_path) for path in tmp_path.rglob("*.json")] == [name]


def test_without_a_cache_folder_it_works_too(monkeypatch) -> None:
    monkeypatch.setenv("SLTH_VERIFY_CACHE", "")
    assert mrss_width(1, "0.1").n == 10
    monkeypatch.setenv("SLTH_VERIFY_CACHE", "/proc/nowhere")
    assert mrss_width(1, "0.1").n == 10


@pytest.mark.parametrize(
    ("dim", "n", "eps"),
    [
        pytest.param(1, 8, "0.02", marks=pytest.mark.nightly),
        (2, 10, "0.1"),
        pytest.param(3, 11, "0.3", marks=pytest.mark.nightly),
    ],
)
def test_success_encloses_simulation(dim, n, eps, hit_rate) -> None:
    hits, trials = hit_rate(dim, n, float(eps), 1200, seed=dim)
    enclosure = mrss_success(dim, n, None, eps).probability
    low, high = float(enclosure.lower), float(enclosure.upper)
    assert binomtest(hits, trials, low, alternative="less").pvalue > 1e-6
    assert binomtest(hits, trials, high, alternative="greater").pvalue > 1e-6


def test_success_with_a_fixed_size() -> None:
    some, every = mrss_success(1, 9, 4, "0.05"), mrss_success(1, 9, None, "0.05")
    assert some.size == 4
    assert F(1, 4) < some.probability.lower < some.probability.upper <= 1
    assert every.probability.upper >= some.probability.upper
    whole = mrss_success(2, 6, 6, "0.1").probability
    assert 0 < whole.lower < whole.upper < whole.lower * F(101, 100)
    assert mrss_success(2, 3, None, "0.5", target_norm="0.4").probability.lower == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mrss_width(0, "0.1"), "dim=0"),
        (lambda: mrss_width(1, "0"), "eps=0"),
        (lambda: mrss_width(1, "0.1", 1), "prob=1"),
        (lambda: mrss_width(1, "0.1", kind="best"), "kind='best'"),
        (lambda: mrss_success(1, 4, 5, "0.1"), "size=5 and n=4"),
        (lambda: mrss_success(1, 0, None, "0.1"), "n=0"),
    ],
)
def test_refusals(call, message) -> None:
    with pytest.raises(InvalidParameterError, match=message):
        call()


def test_a_block_width_is_plain_arithmetic() -> None:
    width = block_width(Question(1, F(1, 10), F(1), F(1, 2)))
    twice = BlockWidth(2, width.certificate, width.single)
    assert twice.n == 2 * width.n
    assert 1 - twice.probability == (1 - width.single) ** 2


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("dim", "eps", "cells", "necessary"),
    [
        (4, "0.1", 32, 19),
        (18, "0.1", 163, 114),
        (36, "0.1", 422, 250),
        (72, "0.01", 1104, 806),
        (150, "0.01", 2779, 1766),
    ],
)
def test_wide_rows_of_the_table(dim, eps, cells, necessary) -> None:
    assert necessary <= mrss_width(dim, eps).n <= cells


@pytest.mark.parametrize(
    "norm", [30, 100, 400, pytest.param(1000, marks=pytest.mark.nightly)]
)
def test_necessary_widths_of_far_targets_are_the_largest(norm) -> None:
    """One more sample is not excluded, and the float search found that at once."""
    n = mrss_width(1, "0.01", "0.9", norm, kind="necessary").n
    assert first_moment(n - 1, 1, "0.01", norm).upper < F(9, 10)
    assert first_moment(n, 1, "0.01", norm).lower >= F(9, 10)


def test_the_float_sum_follows_far_targets() -> None:
    box = Box.on_axis(1, F(400), F(1, 100))
    for n in (200, 336, 500):
        truth = first_moment(n, 1, "0.01", 400).upper
        truth = math.log(truth.numerator) - math.log(truth.denominator)
        assert necessary_width._FloatNodes(box).log_sum(n) == pytest.approx(truth, 1e-3)


@pytest.mark.parametrize("norm", ["1e5", "1e50", "1e99"])
def test_too_far_targets_are_refused_at_once(norm) -> None:
    with pytest.raises(InvalidParameterError, match="more than 32768 samples"):
        mrss_width(1, "0.01", "0.9", norm, kind="necessary")
