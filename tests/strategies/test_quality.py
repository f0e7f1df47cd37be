"""Every kind of nasty event really occurs, and examples shrink to simple ones."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from handmade.kernel_targets import kernels_of
from handmade.nightly import nightly_but
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis.strategies import SearchStrategy

from slth_verify import strategies as slst
from slth_verify.network import TargetCNN
from slth_verify.subset_sum import FilterBudget, MaxTolerance, Problem

EXAMPLES = 300
SMALLEST_NORMAL = float(np.finfo(np.float32).tiny)


def _counted(strategy: SearchStrategy[Any], events: Any) -> Counter[str]:
    counts: Counter[str] = Counter()

    @settings(
        max_examples=EXAMPLES,
        phases=(Phase.generate,),
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value: Any) -> None:
        counts.update(name for name, holds in events(value).items() if holds)

    collect()
    return counts


def _target_events(target: TargetCNN) -> dict[str, bool]:
    kernels = [kernel.astype(np.float64) for kernel in kernels_of(target)]
    channels = [target.input.shape[0], *(len(kernel) for kernel in kernels)]
    sizes = [kernel.shape[2] for kernel in kernels]
    moduli = [np.abs(kernel) for kernel in kernels]
    positive = [m[m > 0] for m in moduli]
    sums = [float(m.sum()) for m in moduli if m.any()]
    zero_channels = [(m.sum(axis=(0, 2, 3)) == 0) for m in moduli]
    return {
        "depth 1": len(kernels) == 1,
        "depth 4": len(kernels) == 4,
        "one channel throughout": set(channels) == {1},
        "three channels somewhere": 3 in channels,
        "even kernel": 2 in sizes,
        "kernel larger than the image": max(sizes) > min(target.input.shape[1:]),
        "image not square": target.input.shape[1] != target.input.shape[2],
        "zero layer": any(not m.any() for m in moduli),
        "negative zero": any((np.signbit(k) & (k == 0)).any() for k in kernels),
        "vertex of the L1 ball": any((m > 0).sum() == 1 and m.size > 1 for m in moduli),
        "corner of the cube": any(
            m.size > 1 and np.ptp(m) == 0 and m.max() > 0 for m in moduli
        ),
        "one hot channel": any(
            len(z) > 1 and z.sum() == len(z) - 1 for z in zero_channels
        ),
        "equal windows": any(
            k.shape[0] * k.shape[1] > 1
            and np.ptp(k, axis=(0, 1)).max() == 0
            and k.any()
            for k in kernels
        ),
        "near ties": any(
            p.size > 1 and 0 < np.ptp(p) <= 4 * np.spacing(np.float32(p.max()))
            for p in positive
        ),
        "powers of two only": any(
            p.size > 2 and np.ptp(p) > 0 and (np.frexp(p)[0] == 0.5).all()
            for p in positive
        ),
        "subnormals": any((p < SMALLEST_NORMAL).any() for p in positive),
        "ill-scaled within a layer": any(
            p.size and p.max() > 2.0**30 * p.min() for p in positive
        ),
        "ill-scaled layers": bool(sums) and np.ptp(np.log2(sums)) > 60,
        "norm above 1": any(total > 1 for total in sums),
        "only positive": all((k > 0).all() for k in kernels),
        "only negative": bool((kernels[0] < 0).all()),
        "dead after the first layer": len(kernels) > 1
        and bool((kernels[0] <= 0).all()),
        "many distinct weights": len(np.unique(kernels[0])) > 10,
    }


def _scores(problem: Problem, rows: np.ndarray) -> np.ndarray:
    """Of every subset, in float64."""
    count = len(rows)
    chosen = np.arange(1 << count)[:, None] >> np.arange(count) & 1
    return np.asarray(problem.tolerance.score(chosen @ rows - problem.target))


def _problem_events(problem: Problem) -> dict[str, bool]:
    size = problem.source.size
    rows = problem.source.columns(np.arange(size))
    moduli = np.abs(rows[rows != 0])
    distinct = np.unique(rows, axis=0) if size else rows
    tolerance = problem.tolerance
    return {
        "empty pool": size == 0,
        "largest pool": size == 12,
        "largest pool in most dimensions": size == 12 and rows.shape[1] == 3,
        "zero column": size > 0 and bool((rows == 0).all(axis=1).any()),
        "equal columns": len(distinct) < size,
        "cancelling columns": any(
            (row != 0).any() and (rows == -row).all(axis=1).any() for row in rows
        ),
        "ill-scaled": moduli.size > 0 and moduli.max() > 2.0**30 * moduli.min(),
        "subnormal": moduli.size > 0 and moduli.max() < 2.0**-1000,
        "target zero": not problem.target.any(),
        "target a column": size > 0
        and bool((rows == problem.target).all(axis=1).any()),
        "target beyond every sum": size > 0
        and bool((np.abs(problem.target) > np.abs(rows).sum(axis=0)).all()),
        "max tolerance": isinstance(tolerance, MaxTolerance),
        "filter budget": isinstance(tolerance, FilterBudget),
        "several filters": isinstance(tolerance, FilterBudget)
        and tolerance.filters > 1,
        "float32 loses fractions of large columns": moduli.size > 1
        and np.log2(moduli.min()) > 25
        and bool((rows % 1 != 0).any()),
        "some subset is missed by a millionth": isinstance(tolerance, MaxTolerance)
        and any(0 < score - 1 < 1e-5 for score in _scores(problem, rows)),
        "some subset is met by a millionth": isinstance(tolerance, MaxTolerance)
        and any(0 < 1 - score < 1e-5 for score in _scores(problem, rows)),
        "empty subset enough": float(tolerance.score(-problem.target)) <= 1,
    }


def _input_events(image: np.ndarray) -> dict[str, bool]:
    moduli = np.abs(image)
    return {
        "all 1": bool((image == 1).all()),
        "all -1": bool((image == -1).all()),
        "zero": not image.any(),
        "vertex": bool((moduli == 1).all()) and np.ptp(image) > 0,
        "single pixel": int((moduli > 0).sum()) == 1,
        "one sign": bool((image >= 0).all()) and 0 < image.mean() < 1,
        "subnormal": 0 < moduli.max() < 2.0**-140,
        "inside": bool(((moduli > 0) & (moduli < 1)).all()),
        "neighbours differ in sign": bool((image[:, :, 1:] == -image[:, :, :-1]).all())
        and bool(moduli.all()),
    }


CASES = {
    "target_networks": (slst.target_networks(), _target_events),
    "subset_sum_problems": (slst.subset_sum_problems(), _problem_events),
    "extreme_inputs": (slst.extreme_inputs((2, 3, 3)), _input_events),
}


@pytest.mark.parametrize("name", CASES)
def test_each_kind_of_event_occurs(name: str) -> None:
    strategy, events = CASES[name]
    counts = _counted(strategy, events)
    names: list[str] = []

    @settings(max_examples=1, database=None, phases=(Phase.generate,), derandomize=True)
    @given(strategy)
    def list_names(value: Any) -> None:
        names.extend(events(value))

    list_names()
    rare = {event: counts[event] for event in names if counts[event] < 3}
    assert len(names) >= 9
    assert not rare, f"{rare} of {EXAMPLES} examples"


SIZES, DIMS = [(0, 2), (3, 40), (5, 5)], [(1, 1), (2, 30)]
BOUNDS = [(sizes, dims) for sizes in SIZES for dims in DIMS]


@pytest.mark.parametrize("both", nightly_but(BOUNDS[3:4], BOUNDS), ids=str)
def test_pools_of_other_bounds_have_the_sizes_at_both_ends(
    both: tuple[tuple[int, int], tuple[int, int]],
) -> None:
    sizes, dims = both
    bounds = dict(zip(("min_size", "max_size"), sizes, strict=True))
    bounds |= dict(zip(("min_dim", "max_dim"), dims, strict=True))

    def events(problem: Problem) -> dict[str, bool]:
        size, dim = problem.source.size, len(problem.target)
        found = {f"size {n}": size == n for n in sizes}
        found |= {f"dimension {m}": dim == m for m in dims}
        return found | {"largest": (size, dim) == (sizes[1], dims[1])}

    counts = _counted(slst.subset_sum_problems(**bounds), events)
    rare = {f"size {sizes[0]}", f"dimension {dims[0]}", "largest"}
    often = {f"size {sizes[1]}", f"dimension {dims[1]}"}
    assert min(counts[event] for event in rare) >= 3, counts
    assert min(counts[event] for event in often) >= EXAMPLES // 10, counts


def test_targets_shrink_to_the_simplest() -> None:
    def big(target: TargetCNN) -> bool:
        return float(np.abs(kernels_of(target)[-1]).max()) > 0.5

    target = find(
        slst.target_networks(),
        big,
        settings=settings(derandomize=True, database=None, max_examples=500),
    )
    assert len(kernels_of(target)) == 1
    assert target.input.shape == (1, 1, 1)
    assert kernels_of(target)[0].tolist() == [[[[1.0]]]]
