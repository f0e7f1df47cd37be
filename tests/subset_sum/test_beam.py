"""Beams against a plain one, and what they keep against sorting all costs."""

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from slth_verify.subset_sum.devices import beam as _beam_device
from slth_verify.subset_sum.steps import beam as _beam
from slth_verify.subset_sum.steps import sign_list
from slth_verify.subset_sum.steps.beam import beam
from slth_verify.subset_sum.steps.cancellation import Prices, cancel, prices
from slth_verify.subset_sum.steps.sign_list import AT_ONCE, SignList

LAM = 0.1
Mutant = Callable[[ModuleType, str, str], ModuleType]


def _columns(count: int, dim: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    scales = np.sort(np.abs(rng.standard_normal(count)))[::-1]
    return scales[:, None] * rng.standard_normal((count, dim))


def _listed(signs: SignList) -> np.ndarray:
    """Signs of all states, shape ``(B, N)``."""
    return np.array([signs.of(state) for state in range(len(signs))])


def test_a_beam_as_wide_as_all_states_is_exhaustive() -> None:
    columns, rest = _columns(9, 3, 4), np.array([0.3, -0.2, 0.1])
    found = beam(columns, prices(columns, LAM), rest, 1 << 9, lambda: False)
    assert found is not None
    signs, residuals = _listed(found[0]), found[1]
    assert np.unique(signs, axis=0).shape == (1 << 9, 9)
    assert residuals == pytest.approx(rest - signs @ columns / 2.0, abs=1e-12)


def test_a_narrow_beam_reports_its_true_residuals() -> None:
    columns, rest = _columns(100, 6, 5), np.ones(6)
    decide = prices(columns, LAM)
    found = beam(columns, decide, rest, 40, lambda: False)
    assert found is not None
    signs, residuals = _listed(found[0]), found[1]
    assert signs.shape == (40, 100)
    assert np.unique(signs, axis=0).shape[0] == 40
    assert residuals == pytest.approx(rest - signs @ columns / 2.0, abs=1e-9)
    _, single = cancel(columns, decide.vectors, rest)
    best = np.square(residuals).sum(axis=1).min()
    assert best <= np.square(single).sum()


def _widths(room: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """States kept after every block of eight of 40 columns."""
    columns = _columns(40, 4, 7)
    decide, kept = prices(columns, LAM), []

    class Watched(room.NumpyStates):
        def advance(self, *asked):
            ancestors, packed = super().advance(*asked)
            kept.append(packed.size)
            return ancestors, packed

    with monkeypatch.context() as patch:
        patch.setattr(room, "NumpyStates", Watched)
        taper = room.Taper(10, 4)
        found = room.beam(columns, decide, np.ones(4), 64, lambda: False, None, taper)
    assert len(found[0]) == kept[-1]
    return kept


def test_a_tapered_beam_widens(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    # 32, 24, 16, 8 and 0 columns left: 22, 14 and 6 of them above the last ten
    assert _widths(_beam, monkeypatch) == [1, 5, 22, 64, 64]
    for lie in ("2.0 ** (above / ", "2.0 ** (-left / ", "1.0 ** (-above / "):
        wrong = mutant(_beam, "2.0 ** (-above / ", lie)
        assert _widths(wrong, monkeypatch) != [1, 5, 22, 64, 64]


def test_a_beam_stops_when_time_is_out() -> None:
    columns = _columns(100, 6, 5)
    decide = prices(columns, LAM)
    assert beam(columns, decide, np.ones(6), 40, lambda: True) is None


def _plain(
    columns: np.ndarray, decide: Prices, residual: np.ndarray, width: int, at_once: int
) -> set[tuple[int, ...]]:
    """The same search, every residual and price written down."""
    states = [(0.0, residual, ())]
    for i, (column, vector, energy) in enumerate(
        zip(columns, decide.vectors, decide.energies, strict=True), start=1
    ):
        grown = []
        for cost, rest, signs in states:
            now = rest @ vector
            base = cost + now * now / (4 + energy)
            grown.append((base - now, rest - column / 2, (*signs, 1)))
            grown.append((base + now, rest + column / 2, (*signs, -1)))
        dropped = i % at_once == 0 or i == len(columns)
        states = sorted(grown, key=lambda state: state[0])[: width if dropped else None]
    return {signs for _, _, signs in states}


def _agrees(
    room: ModuleType, device: str | None = None, at_once: int = AT_ONCE
) -> None:
    columns, rest = _columns(29, 5, 6), np.array([0.5, -0.2, 0.1, 0.9, -0.7])
    decide = prices(columns, LAM)
    signs, residuals = room.beam(columns, decide, rest, 40, lambda: False, device)
    listed = _listed(signs)
    np.testing.assert_allclose(residuals, rest - listed @ columns / 2.0, atol=1e-9)
    plain = _plain(columns, decide, rest, 40, at_once)
    # long tuples: no explanation of how they differ, which takes minutes
    same = set(map(tuple, listed.tolist())) == plain
    assert same


@pytest.mark.parametrize("device", [None, "cpu"])
def test_a_beam_keeps_what_a_plain_one_keeps(device: str | None) -> None:
    _agrees(_beam, device)


def test_a_plain_beam_of_other_steps_keeps_others() -> None:
    with pytest.raises(AssertionError):
        _agrees(_beam, at_once=1)


LIES = {
    "the table is dropped": ("now -= moved", "now -= 0 * moved"),
    "the first of two signs is forgotten": (
        "now = now - signed",
        "now = now - 0 * signed",
    ),
    "the wrong energy": ("base /= 4 + energies", "base /= 1 + energies"),
    "the price of a state is forgotten": ("base += grown", "base = base + 0 * grown"),
    "signs stay with the wrong states": (
        "packed.take(kept)",
        "np.resize(packed, kept.size)",
    ),
    "a sign is never written": ("packed |= signs << first", "packed |= 0"),
    "signs change places": ("(base + now, base - now)", "(base - now, base + now)"),
    "steps are not traced back": ("place = step.ancestors.take(place)", "pass"),
}


@pytest.mark.parametrize("lie", LIES)
def test_planted_lies_are_caught(lie: str, mutant: Mutant) -> None:
    with pytest.raises((AssertionError, IndexError)):
        _agrees(mutant(_beam, *LIES[lie]))


DEVICE_LIES = {
    "the table is dropped": (" - moved[packed, i]", ""),
    "the first of two signs is forgotten": ("now = now - self", "now = now - 0 * self"),
    "the wrong energy": ("(4 + float", "(1 + float"),
    "the dearest are kept": ("largest=False", "largest=True"),
    "a sign is never written": (" | (signs << first)", ""),
    "residuals stay": (" - steps[packed]", ""),
}


@pytest.mark.parametrize("lie", DEVICE_LIES)
def test_planted_lies_on_a_device_are_caught(
    lie: str, mutant: Mutant, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = mutant(_beam_device, *DEVICE_LIES[lie])
    monkeypatch.setattr(_beam, "DeviceStates", wrong.DeviceStates)
    with pytest.raises((AssertionError, IndexError)):
        _agrees(_beam, "cpu")


SIGN_LIES = {
    "the table's signs are swapped": (
        "(sums - term, sums + term)",
        "(sums + term, sums - term)",
    ),
    "bits are read backwards": ('bitorder="little"', 'bitorder="big"'),
}


@pytest.mark.parametrize("lie", SIGN_LIES)
def test_wrong_signs_are_caught(
    lie: str, mutant: Mutant, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = mutant(sign_list, *SIGN_LIES[lie])
    monkeypatch.setattr(_beam, "signed_sums", wrong.signed_sums)
    monkeypatch.setattr(_beam, "SignList", wrong.SignList)
    with pytest.raises(AssertionError):
        _agrees(_beam)


def _keeps_the_cheap(room: ModuleType, costs: np.ndarray, width: int) -> None:
    kept = room._cheapest(costs, width)
    assert (np.diff(kept) > 0).all()
    assert 0.9 * width <= kept.size <= width
    dearest = np.sort(costs)[min(costs.size, round(1.1 * width)) - 1]
    assert costs[kept].max() <= dearest


def _enumerated(bits: int) -> np.ndarray:
    """Costs of all signs of columns of falling scale, as a beam meets them."""
    costs = np.zeros(1)
    for i in range(bits):
        costs = np.concatenate((costs - 0.8**i, costs + 0.8**i))
    return costs


@pytest.mark.parametrize("bits", [3, 9, 14, 16])
def test_the_cheapest_are_kept(bits: int) -> None:
    costs = _enumerated(bits)
    for width in (1, costs.size // 5 + 1, costs.size // 2, costs.size, 10**6):
        if costs.size >= 4 * _beam._SAMPLE and width == 1:
            continue  # a sample does not find the very cheapest
        _keeps_the_cheap(_beam, costs, min(width, costs.size))
    shuffled = np.random.default_rng(0).permutation(costs)
    _keeps_the_cheap(_beam, shuffled, costs.size // 2)


def test_an_even_stride_is_caught(mutant: Mutant) -> None:
    """Planted lie: it looks at states with the same first signs only."""
    wrong = mutant(_beam, "costs[:: stride | 1]", "costs[::stride]")
    with pytest.raises(AssertionError):
        _keeps_the_cheap(wrong, _enumerated(14), 1 << 13)


@pytest.mark.parametrize("value", [0.0, np.inf, np.nan])
@pytest.mark.parametrize("size", [100, 1 << 15])
def test_equal_and_broken_costs_fill_the_beam(value: float, size: int) -> None:
    kept = _beam._cheapest(np.full(size, value), size // 2)
    assert kept.size == size // 2
    assert (np.diff(kept) > 0).all()


def _keeps_the_last(room: ModuleType, value: float, size: int) -> None:
    costs = np.full(size, value)
    costs[-size // 4 :] = 0.0
    kept = room._cheapest(costs, size // 2)
    assert kept.size == size // 2
    assert np.isin(np.arange(size - size // 4, size), kept).all()


@pytest.mark.parametrize("value", [1.0, np.inf, np.nan])
@pytest.mark.parametrize("size", [100, 1 << 15])
def test_the_cheap_are_kept_among_equal_and_broken_ones(
    value: float, size: int, mutant: Mutant
) -> None:
    _keeps_the_last(_beam, value, size)
    wrong = mutant(_beam, "if not 0 < kept.size <= most", "if kept.size < 0")
    with pytest.raises(AssertionError):  # planted lie: the first of them are kept
        _keeps_the_last(wrong, value, size)
