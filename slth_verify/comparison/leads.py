"""How far rivals may be ahead of a class, over all images of a ball."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.comparison.classes import margin_rows
from slth_verify.deadline import look_at_the_clock
from slth_verify.forms import Differences
from slth_verify.forms.rounding import above


@dataclass(frozen=True, eq=False, slots=True)
class Leads:
    """Of the rivals of a class in f and in g, in sums over all places.

    Attributes:
        differences: Of both networks over the ball.
        rows: Of the rivals; see `margin_rows`.
        most: Upper bounds for f and for g; infinite where floats were left.
    """

    differences: Differences
    rows: Float64Array
    most: tuple[Float64Array, Float64Array]

    @classmethod
    def of(cls, differences: Differences, shape: tuple[int, ...], top: int) -> Leads:
        """By linear forms.

        Args:
            differences: Of both networks over the ball.
            shape: Of the outputs.
            top: The class.

        Rigor:
            Enclosed, over all images of the ball.

        Source:
            der:top-1.
        """
        rows, _ = margin_rows(shape, top)
        most = (_finite(differences.upper(rows, gap)) for gap in (None, rows))
        return cls(differences, rows, (next(most), next(most)))

    def least(self) -> list[float]:
        """Of the class itself in f and in g, in means over places.

        A quotient by the number of places keeps its sign, but is rounded.
        """
        places = int(np.prod(self.rows.shape[1:-1], dtype=np.int64))
        return [float((-most / places).min()) for most in self.most]

    def worst(self) -> float:
        """How far any rival may be ahead in either network, in a sum over places."""
        return max(float(most.max()) for most in self.most)

    def open_rivals(self) -> list[int]:
        """Numbers of rivals that may be ahead, those that may be farthest first."""
        most = np.maximum(*self.most)
        order = np.argsort(-most, kind="stable").tolist()
        return [j for j in order if most[j] >= 0]

    def closer(self, numbers: list[int]) -> Leads:
        """With sharper bounds of some rivals: f jointly, and g as f and a difference.

        Rigor:
            Enclosed, over all images of the ball.

        Source:
            der:top-1, der:joint-forms.
        """
        look_at_the_clock()
        rows = self.rows[..., numbers]
        target, pruned = (most.copy() for most in self.most)
        joint = _finite(self.differences.joint_upper(rows, None))
        target[numbers] = np.fmin(target[numbers], joint)
        gap = _finite(self.differences.upper(None, rows))
        pruned[numbers] = np.fmin(pruned[numbers], above(target[numbers] + gap))
        return replace(self, most=(target, pruned))


def _finite(bounds: Float64Array) -> Float64Array:
    return np.where(np.isfinite(bounds), bounds, np.inf)
