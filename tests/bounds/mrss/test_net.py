"""The net of a one-norm ball: its size, its reach, its width, and lies."""

import itertools
import json
import math
from fractions import Fraction

import numpy as np
import pytest

from slth_verify.bounds import mrss_width
from slth_verify.bounds.certificates.net_cells import Net
from slth_verify.bounds.mrss import all_targets
from slth_verify.bounds.mrss.fixed_target import fixed_width
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.mrss.net import net_width
from slth_verify.bounds.question import Question
from slth_verify.cli import run

F = Fraction


def _cells(dim: int, ratio: Fraction) -> set[tuple[int, ...]]:
    """Cells of width 1 around integer points that meet the ball of this radius."""
    largest = math.floor(ratio + F(1, 2))
    return {
        u
        for u in itertools.product(range(-largest, largest + 1), repeat=dim)
        if sum(max(F(0), abs(x) - F(1, 2)) for x in u) <= ratio
    }


@pytest.mark.parametrize("dim", [1, 2, 3, 4])
@pytest.mark.parametrize("ratio", [F(1, 5), F(1, 2), F(1), F(3, 2), F(11, 5), F(3)])
def test_size_by_brute_force(dim, ratio) -> None:
    assert Net(F(1, 2), ratio).points(dim) == len(_cells(dim, ratio))


def test_known_sizes() -> None:
    assert Net(F(1, 2), F(11, 5)).points(3) == 57
    assert Net(F(1, 2), F(3, 2)).points(4) == 73


def test_lie_floors_in_floating_point_and_points_inside_the_ball() -> None:
    # r/(2h) = 1/2 exactly: 0.49999... would lose the cells beside the origin
    assert Net(F(1, 3), F(1, 3)).points(1) == 3
    assert Net(F(1, 3), F(1, 3) - F(1, 10**9)).points(1) == 1
    for dim, ratio in [(1, F(1, 2)), (3, F(3, 2))]:
        inside = sum(
            2**i * math.comb(dim, i) * math.comb(math.floor(ratio), i)
            for i in range(dim + 1)
        )
        assert inside < len(_cells(dim, ratio)) == Net(F(1, 2), ratio).points(dim)


@pytest.mark.parametrize("dim", [1, 2, 3])
@pytest.mark.parametrize("norm", [F(1, 3), F(1), F(3, 2), F(2), F(3)])
def test_every_point_of_the_net_is_within_reach(dim, norm) -> None:
    spacing = F(1, 2)
    reach = Net(spacing, norm).reach
    for u in _cells(dim, norm):
        centre = [2 * spacing * x for x in u]
        assert sum(x * x for x in centre) <= reach**2


def test_lie_the_net_stays_in_the_ball() -> None:
    # the cell around 3 meets [-5/2, 5/2] at its end: 3 > 5/2, and 3 = r + h is attained
    centre = max(_cells(1, F(5, 2)))[0]
    assert F(5, 2) < centre == Net(F(1, 2), F(5, 2)).reach
    rng = np.random.default_rng(1)
    z = rng.dirichlet(np.full(4, 0.2), 2000) * rng.choice([-1, 1], (2000, 4))
    rounded = np.round(z / 0.6) * 0.6
    assert np.abs(rounded - z).max() <= 0.3 + 1e-12
    lengths = np.linalg.norm(rounded, axis=1)
    assert 1 < lengths.max() <= float(Net(F(3, 10), F(1)).reach)


def test_width_is_the_union_bound(without_two_stages) -> None:
    goal = F(9, 10)
    found = net_width(Question(1, F(1, 2), F(1), goal))
    points = Net(F(1, 4), F(1)).points(1)
    assert points == 5
    assert found.probability >= goal
    one = fixed_width(Question(1, F(1, 4), F(5, 4), 1 - F(1, 50)))
    assert found.n == one.n
    assert found.failure == points * one.failure  # without the count it would be less
    step = dict(found.derivation[-1].values)
    assert step == {"h": "1/4", "radius": "1", "points": "5"}


@pytest.mark.parametrize(
    ("dim", "goal", "ball", "tried"),
    [
        (2, F(9, 10), "euclidean", False),
        (2, F(9, 10), "one-norm", True),
        (1, F(9, 10), "euclidean", True),  # in one dimension both balls are the same
        (9, F(1, 2), "one-norm", False),  # far too many points
    ],
)
def test_the_net_is_used_for_one_norm_balls_only(
    monkeypatch, dim, goal, ball, tried
) -> None:
    asked = []

    def net(*question: object) -> FoundWidth:
        asked.append(question)
        return FoundWidth(n=7, failure=1 - goal, derivation=())

    def sides(*question: object) -> FoundWidth:
        return FoundWidth(n=8, failure=1 - goal, derivation=())

    monkeypatch.setattr(all_targets, "net_width", net)
    monkeypatch.setattr(all_targets, "_by_sides", sides)
    question = Question(dim, F(1, 2), F(1), goal)
    assert all_targets.all_targets_width(question, ball).n == (7 if tried else 8)
    assert asked == ([(question,)] if tried else [])


def test_the_answer_names_its_ball(capsys, without_two_stages) -> None:
    question = ["--dim", "1", "--eps", "1/2", "--prob", "1/2"]
    asked = ["bounds", "mrss", *question, "--universal", "--ball", "one-norm"]
    assert run([*asked, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["inputs"]["universal"] is True
    assert document["inputs"]["ball"] == "one-norm"
    assert document["statement"] in ("der:two-blocks", "der:net")
    assert "ball" in document["ledger"][-1]["text"]
    assert run([*asked, "--kind", "necessary", "--json"]) == 0
    below = json.loads(capsys.readouterr().out)
    assert below["inputs"]["ball"] == "one-norm"
    assert below["n"] < document["n"]
    assert "ball" not in dict(mrss_width(1, "1/2", "1/2").inputs)
