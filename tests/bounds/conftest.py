"""Shared oracles: other ways to compute what the evaluators bound."""

import importlib.util
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy.special import betaln

from slth_verify.bounds.certificates.certified_width import BlockWidth
from slth_verify.bounds.certificates.weighted_moment import WeightedCertificate
from slth_verify.bounds.mrss import all_targets, fixed_target
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.question import Question
from slth_verify.errors import InvalidParameterError

THEORY = Path(__file__).parents[2] / "docs" / "theory"


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch) -> None:
    """Every test starts without remembered proposals."""
    monkeypatch.setenv("SLTH_VERIFY_CACHE", str(tmp_path / "cache"))


def _unsearched(question: Question) -> FoundWidth:
    """A certified width of blocks whose parameters nobody searched for."""
    dim, eps, norm = question.dim, question.eps, question.norm
    block = WeightedCertificate(
        18 * dim, 8 * dim, dim, eps, norm, Fraction(1, 8), Fraction(dim, 2)
    )
    single, blocks = block.check(), 1
    while (1 - single) ** blocks > question.miss:
        blocks += 1
    return fixed_target.from_blocks(BlockWidth(blocks, block, single))


@pytest.fixture(scope="session")
def tables() -> ModuleType:
    """The module that writes the tables of docs/theory."""
    spec = importlib.util.spec_from_file_location(
        "_tables", THEORY / "tables" / "tables.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def without_two_stages(monkeypatch) -> None:
    """Blocks alone: the search for two stages takes its time."""

    def refused(*question: object) -> FoundWidth:
        raise InvalidParameterError("two stages are not asked")

    monkeypatch.setattr(
        fixed_target, "evaluators", lambda *_: (fixed_target.by_blocks,)
    )
    monkeypatch.setattr(all_targets, "by_sides_of_stages", refused)


@pytest.fixture
def block_widths(monkeypatch) -> None:
    """Widths for one target are those of blocks, wide but at once."""
    monkeypatch.setattr(fixed_target, "evaluators", lambda *_: (_unsearched,))


def _grid(a: float, b: float, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Beta(a, b) as nodes and weights, by a fine rule in the logit."""
    t = np.linspace(-45 / min(a, 1.5), 45 / min(b, 1.5), nodes)
    if min(a, b) > 3:
        mid, spread = math.log(a / b), math.sqrt(1 / a + 1 / b)
        t = mid + np.linspace(-12, 12, nodes) * spread
    log_x, log_y = -np.logaddexp(0, -t), -np.logaddexp(0, t)
    log_w = a * log_x + b * log_y - betaln(a, b) + math.log(t[1] - t[0])
    return np.exp(log_x), np.exp(log_w)


@pytest.fixture
def pair_moment() -> Callable[..., float]:
    """Expectation of a function of the four shares of an overlapping pair.

    The shares are built from their definition, and the determinant from its elementary
    symmetric functions, not from the product form that the library uses.
    """

    def expect(
        n: int,
        k: int,
        j: int,
        function: Callable[..., np.ndarray],
        nodes: tuple[int, int] = (121, 121),
    ) -> float:
        alone, outside = k - j, n - 2 * k + j

        def axis(a: float, b: float, shape: tuple[int, ...], count: int) -> tuple:
            if a == 0 or b == 0:
                x, w = np.array([0.0 if a == 0 else 1.0]), np.array([1.0])
            else:
                x, w = _grid(a, b, count)
            return x.reshape(shape), w.reshape(shape)

        d, wd = axis(alone, (j + outside) / 2, (-1, 1, 1), nodes[0])
        p, wp = axis(j / 2, outside / 2, (1, -1, 1), nodes[1])
        y, wy = axis(alone / 2, alone / 2, (1, 1, -1), nodes[1])
        both, neither = (1 - d) * p, (1 - d) * (1 - p)
        first, second = d * y, d * (1 - y)
        values = function(both, first, second, neither)
        return float(np.sum(values * wd * wp * wy))

    return expect


@pytest.fixture
def hit_rate() -> Callable[..., tuple[int, int]]:
    """Exhaustive search: in how many of the trials some subset hits ``e_1``."""

    def count(
        dim: int, n: int, eps: float, trials: int, seed: int, size: int | None = None
    ) -> tuple[int, int]:
        rng = np.random.default_rng(seed)
        masks = ((np.arange(2**n)[:, None] >> np.arange(n)) & 1).astype(float)
        if size is not None:
            masks = masks[masks.sum(axis=1) == size]
        masks = np.ascontiguousarray(masks.T)
        goal = np.zeros((dim, 1))
        goal[0] = 1
        hits = 0
        for _ in range(trials):
            scales = rng.standard_normal((n, 1))
            sums = (scales * rng.standard_normal((n, dim))).T @ masks
            hits += bool((np.abs(sums - goal).max(axis=0) <= eps).any())
        return hits, trials

    return count
