"""Waves of searches: forecast, goals, processes, journals."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.construction import ChannelBlock, FilterPool
from slth_verify.construction.graphs.plan import plan_graph
from slth_verify.construction.graphs.problems import StageProblems
from slth_verify.construction.graphs.prune import certified
from slth_verify.construction.searching import search as searching
from slth_verify.construction.searching.problems import Task, highest_level
from slth_verify.construction.searching.search import Options, Search
from slth_verify.errors import NoTicketFoundError
from slth_verify.subset_sum import Journal, Proposal
from slth_verify.ticket import Ticket

EPS = Fraction(1, 4)
Residuals = Mapping[Task, np.ndarray]


def _target(seed: int = 6) -> sv.TargetCNN:
    rng = np.random.default_rng(seed)
    shapes = [(2, 2, 2, 2), (2, 2, 1, 1), (1, 2, 3, 3)]
    kernels = tuple(
        (rng.standard_normal(shape) * 0.25).astype(np.float32) for shape in shapes
    )
    return sv.TargetCNN.from_kernels(kernels, (2, 6, 6), name="toy")


def _search_of(target: sv.TargetCNN, share: float = 1.0, **options: object) -> Search:
    widths = tuple(max(8, int(share * n)) for n in sv.suggested_widths(target, EPS))
    how = {"seed": 0, "time_limit": 60.0, "workers": 1, "journal": None}
    return Search(
        StageProblems(target, sv.RandomCNN(3, widths), plan_graph(target, EPS)),
        Options(**{**how, "progress": None, **options}),
    )


def _residuals(search: Search) -> dict[Task, np.ndarray]:
    return {task: found.residual for task, found in search.proposals.items()}


@pytest.mark.parametrize("waves", [0, 1, 2])
def test_forecast_is_the_certificate(waves: int) -> None:
    search = _search_of(_target(), 0.5)
    for number in range(waves):
        search.wave(number, EPS)
    made = search.problems
    _, exact = certified(made.graph, made.network, made.plan, search.proposals)
    assert search.forecast() == pytest.approx(float(exact), rel=1e-10)


def test_promises_that_are_kept_lead_within_eps() -> None:
    target = _target()
    search = _search_of(target, 0.3)
    search.wave(0, EPS)
    problems, residuals = search.problems, _residuals(search)
    budgets = {task: problems.budget(task) for task in residuals}
    allowed = problems.error(residuals) * 0.6
    level = highest_level(problems.error, residuals, search.scores, budgets, allowed)
    assert 0 < level < max(search.scores.values())
    # at the level, every filter as bad as promised
    kept = {
        task: residual
        if search.scores[task] <= level
        else _flat(residual, 0.7 * level * budgets[task], problems, task)
        for task, residual in residuals.items()
    }
    assert problems.error(kept) <= allowed * (1 + 1e-9)
    found = highest_level(problems.error, residuals, search.scores, budgets, 1e9)
    assert found == np.inf


def _flat(
    residual: np.ndarray, size: float, problems: StageProblems, task: Task
) -> np.ndarray:
    filters = problems.kernel_shape(task)[2]
    flat = np.zeros_like(residual)
    flat[:filters] = task.sign * size
    return flat


def _same(one: Ticket, other: Ticket) -> bool:
    return one.certified_error == other.certified_error and all(
        np.array_equal(a.filters, b.filters)
        for a, b in zip(one.stages, other.stages, strict=True)
    )


@pytest.mark.parametrize("share", [1.0, 0.25])
def test_the_ticket_does_not_depend_on_workers(share: float, tmp_path: Path) -> None:
    target = _target()
    widths = tuple(int(share * n) for n in sv.suggested_widths(target, EPS))
    network = sv.RandomCNN(3, widths)
    alone = sv.prune(target, network, eps=EPS, workers=1)
    journal = tmp_path / "journal"
    assert _same(alone, sv.prune(target, network, eps=EPS, workers=2, journal=journal))
    assert len(Journal(journal)) >= len(_search_of(target).problems.tasks)


def test_many_or_large_problems_are_solved_in_processes() -> None:
    small = _search_of(_target(), workers=None)
    assert small._workers() == 1
    assert _search_of(_target(), workers=None, share=1e6)._workers() is None
    rng = np.random.default_rng(0)
    kernel = rng.standard_normal((64, 4, 3, 3)).astype(np.float32)
    wide = sv.TargetCNN.from_kernels((kernel / 8,), (4, 6, 6), name="wide")
    assert _search_of(wide, workers=None)._workers() is None
    assert _search_of(wide, workers=1)._workers() == 1


def test_a_second_run_takes_all_from_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, journal = _target(), tmp_path / "journal"
    network = sv.RandomCNN(3, sv.suggested_widths(target, EPS))
    first = sv.prune(target, network, eps=EPS, journal=journal)

    def never(*_: object, **__: object) -> Proposal:
        raise AssertionError("searched again")

    monkeypatch.setattr("slth_verify.subset_sum.batch.run.search", never)
    assert _same(first, sv.prune(target, network, eps=EPS, journal=journal))
    with pytest.raises(AssertionError, match="searched again"):
        sv.prune(target, sv.RandomCNN(4, network.widths), eps=EPS, journal=journal)


def test_later_waves_leave_alone_what_is_good_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    solved: list[int] = []
    original = searching.solve_many

    def counting(problems: object, **options: object) -> tuple[Proposal, ...]:
        found = original(problems, **options)
        solved.append(len(found))
        return found

    monkeypatch.setattr(searching, "solve_many", counting)
    search = _search_of(_target(), 0.4)
    search.wave(0, EPS)
    done = search.forecast()
    assert solved == [len(search.proposals)]
    # what is left over already is enough: nothing is searched
    search.wave(1, Fraction(done * 1.01))
    assert solved == [len(search.proposals)]
    # a little less is: only the worst are searched, and the whole comes within
    search.wave(2, Fraction(done * 0.95))
    assert 0 < sum(solved[1:]) < len(search.proposals)
    assert search.forecast() < done


def test_what_one_channel_saves_another_may_spend() -> None:
    target = _target()
    search = _search_of(target, 0.4)
    search.wave(0, EPS)
    residuals, scores = _residuals(search), dict(search.scores)
    problems = search.problems
    budgets = {task: problems.budget(task) for task in scores}
    allowed = problems.error(residuals) * 0.7
    before = highest_level(problems.error, residuals, scores, budgets, allowed)
    saved = max(scores, key=lambda task: scores[task])
    residuals[saved] = residuals[saved] * 0.0
    scores[saved] = 0.0
    assert highest_level(problems.error, residuals, scores, budgets, allowed) > before


def test_progress_ends_at_the_total() -> None:
    seen: list[tuple[int, int]] = []
    target = _target()
    network = sv.RandomCNN(3, sv.suggested_widths(target, EPS))
    sv.prune(target, network, eps=EPS, progress=lambda *now: seen.append(now))
    total = len(_search_of(target).problems.tasks)
    assert seen[-1] == (total, total)
    assert all(0 <= done <= total for done, _ in seen)


def test_the_reported_error_is_the_certified_one() -> None:
    target, widths = _target(), (8, 8, 8)
    with pytest.raises(NoTicketFoundError) as caught:
        sv.prune(target, sv.RandomCNN(1, widths), eps="1/1000")
    assert caught.value.best_error > 1e-3
    assert f"{caught.value.best_error:.6g}" in str(caught.value)


@dataclass(frozen=True)
class _Place:
    seed: int = 2
    widths: tuple[int, ...] = (500, 400)
    layer: int = 2
    channel: int = 1
    shape: tuple[int, int, int] = (2, 2, 3)
    sign: int = 1

    def fingerprint(self) -> str:
        network = sv.RandomCNN(self.seed, self.widths)
        block = ChannelBlock(network, self.layer, self.channel, self.shape)
        return FilterPool(block, self.sign).fingerprint()


def test_pools_with_other_columns_have_other_fingerprints() -> None:
    places = [
        _Place(),
        _Place(seed=3),
        _Place(widths=(500, 401)),
        _Place(layer=1),
        _Place(channel=0),
        _Place(shape=(2, 2, 4)),
        _Place(sign=-1),
    ]
    assert len({place.fingerprint() for place in places}) == len(places)
    # columns of one layer do not depend on the width of another
    assert _Place(widths=(9, 400)).fingerprint() == _Place().fingerprint()
