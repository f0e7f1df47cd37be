"""def:nsn: the random filters are what the definition starts from.

Scalars and kernel entries must be standard normal and independent of each other: in a
filter, between filters, channels, layers and seeds. Independence is tested on two
binary shadows, for which the law is exact: agreement of signs, and agreement of being
above the median modulus; both are fair coins.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import special

from slth_verify.arrays import Float64Array
from slth_verify.conformance.oracles.binomial import BinomialTest, require_not_rejected
from slth_verify.conformance.oracles.samplers import FilterSampler

#: Median of the modulus of a standard normal variable.
_MEDIAN = float(special.ndtri(0.75))
#: Moduli at which the marginal law is compared.
_MODULI = (0.01, 0.1, 0.5, 1.0, 2.0, 3.0)
_DIM = 5
_LAGS = (1, 2, 3, 4, 8)


def check_filters(
    sampler: FilterSampler, *, seed: int = 0, trials: int = 20_000
) -> None:
    """Test that filters consist of independent standard normal numbers.

    Args:
        sampler: The implementation under test.
        seed: Seed of the random network; its successor is used as well.
        trials: Filters per sample.

    Raises:
        ConformanceFailure: If a claim is rejected.

    Rigor:
        Statistical: exact binomial tails; a right implementation is rejected with
        probability at most `FAILURE_PROBABILITY` over the choice of the seed.

    Source:
        def:nsn, der:nsn-law.
    """
    places = {
        "": (seed, 1, 0),
        "channel 1": (seed, 1, 1),
        "layer 2": (seed, 2, 0),
        "next seed": ((seed + 1) % (1 << 64), 1, 0),
    }
    samples = {
        name: _table(sampler, place, trials, _DIM) for name, place in places.items()
    }
    here = samples.pop("")
    tests = list(_marginals(here))
    tests += _within(here)
    tests += _between_filters(here)
    for name, there in samples.items():
        for column in range(_DIM + 1):
            what = f"{_name(column)} here and at {name}"
            tests += _agreements(what, here[:, column], there[:, column])
    require_not_rejected("def:nsn", tests, "check_filters")


def _table(
    sampler: FilterSampler, place: tuple[int, int, int], trials: int, dim: int
) -> Float64Array:
    """One row per filter: its scalar, then its kernel."""
    scalars, kernels = sampler(*place, trials, dim)
    return np.column_stack([scalars, kernels]).astype(np.float64)


def _marginals(table: Float64Array) -> Iterator[BinomialTest]:
    trials = len(table)
    for column in range(table.shape[1]):
        values, name = table[:, column], _name(column)
        positive = int((values > 0).sum())
        yield BinomialTest(f"{name} > 0", positive, trials, 0.5, 0.5)
        for modulus in _MODULI:
            hits = int((np.abs(values) <= modulus).sum())
            p = float(special.erf(modulus / np.sqrt(2.0)))
            yield BinomialTest(f"|{name}| <= {modulus}", hits, trials, p, p)


def _within(table: Float64Array) -> Iterator[BinomialTest]:
    for a in range(table.shape[1]):
        for b in range(a):
            what = f"{_name(b)} and {_name(a)} of one filter"
            yield from _agreements(what, table[:, a], table[:, b])


def _between_filters(table: Float64Array) -> Iterator[BinomialTest]:
    for lag in _LAGS:
        for column in range(table.shape[1]):
            what = f"{_name(column)} of filters {lag} apart"
            yield from _agreements(what, table[lag:, column], table[:-lag, column])
        what = f"scalar and next kernel of filters {lag} apart"
        yield from _agreements(what, table[:-lag, 0], table[lag:, 1])


def _agreements(what: str, a: Float64Array, b: Float64Array) -> Iterator[BinomialTest]:
    # successive products of independent fair signs are independent fair signs, so
    # these counts are exactly binomial for shifted copies of one sample too
    signs = int((np.sign(a) == np.sign(b)).sum())
    yield BinomialTest(f"equal signs: {what}", signs, len(a), 0.5, 0.5)
    moduli = int(((np.abs(a) > _MEDIAN) == (np.abs(b) > _MEDIAN)).sum())
    yield BinomialTest(f"equal sides of the median: {what}", moduli, len(a), 0.5, 0.5)


def _name(column: int) -> str:
    return f"kernel entry {column - 1}" if column else "scalar"
