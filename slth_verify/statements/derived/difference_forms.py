"""Two networks of one shape over a box of images: differences, and the same class."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._types import Kind, Quantity
from slth_verify.statements.writing.build import (
    NATURALS,
    NONNEGATIVE,
    REALS,
    derived,
    ge,
    gt,
    hyp,
    le,
    lower,
    upper,
    var,
)

_n, _k = sp.symbols("n k", integer=True)
_row_of, _const, _gap = sp.symbols("rho_o c_o delta_o", real=True)
_most, _least, _r = sp.symbols("U L r", real=True)
_a, _b = sp.IndexedBase("a"), sp.IndexedBase("b")
_l, _h, _x = sp.IndexedBase("l"), sp.IndexedBase("h"), sp.IndexedBase("x")
_x0 = sp.IndexedBase("x_0")
_f, _g, _A, _B = (sp.Symbol(name, real=True) for name in ("f_j", "g_j", "A_j", "B_j"))
_fc, _gc = sp.Symbol("f_c", real=True), sp.Symbol("g_c", real=True)


def _row(entry: sp.Expr) -> sp.Expr:
    """What a row has of an entry of the image, bent in 0."""
    return _a[_k] * entry + _b[_k] * sp.Max(0, entry)


_FORM = _const + sp.Sum(_row(_x[_k]), (_k, 1, _n))
_INNER = sp.Max(_l[_k], sp.Min(0, _h[_k]))
_BOUND = _const + sp.Sum(sp.Max(_row(_l[_k]), _row(_h[_k]), _row(_INNER)), (_k, 1, _n))

_IMAGE = (
    var(_n, NATURALS, "entries of the image"),
    var(_k, NATURALS, "entry of the image"),
    var(_x, "real sequences", "the image"),
)

DIFFERENCE_FORMS = derived(
    "der:difference-forms",
    "Difference of two networks by a linear form of the image",
    "linear-forms.md, Substitution",
    symbols=(
        *_IMAGE,
        var(_l, "real sequences", "lower ends of the box of images"),
        var(_h, "real sequences", "upper ends of the box of images"),
        var(_a, "real sequences", "coefficients of the image"),
        var(_b, "real sequences", "coefficients of its positive parts"),
        var(_const, REALS, "constant, with all that rounding may have lost"),
        var(_row_of, REALS, "a row of outputs of f and of g - f"),
    ),
    hypotheses=(
        hyp("entries", ge(_n, 1), "the image is not empty"),
        hyp("box-low", ge(_x[_k], _l[_k]), "the image lies in the box"),
        hyp("box-high", le(_x[_k], _h[_k]), "the image lies in the box"),
        hyp("form", le(_row_of, _FORM), "the row that substitution ends with"),
    ),
    conclusion=le(_row_of, _BOUND),
    summary="A row of outputs of f and of g - f is substituted back, node by node, to "
    "one of the image, which is largest where each entry is at an end or at 0.",
    claims=(upper("bound", _row_of, _BOUND, "a row of outputs", Quantity.OUTPUT_ROW),),
    notes=(
        "Any slopes of gates give such a form: a bad proposal is loose, never wrong.",
        "Bounds from below are those of the opposite row.",
    ),
)

LOCAL = derived(
    "der:local",
    "Difference of two networks around an image",
    "linear-forms.md, Around an image",
    kind=Kind.COROLLARY,
    symbols=(
        *_IMAGE,
        var(_x0, "real sequences", "the image in the middle"),
        var(_r, NONNEGATIVE, "radius of the ball in the max norm"),
        var(_most, REALS, "bound of g - f from above, over the ball cut with the box"),
        var(_least, REALS, "bound of g - f from below, over the same"),
        var(_gap, REALS, "g - f at an output"),
    ),
    hypotheses=(
        hyp("entries", ge(_n, 1), "the image is not empty"),
        hyp("radius", ge(_r, 0), "the ball is not empty"),
        hyp("ball", le(sp.Abs(_x[_k] - _x0[_k]), _r), "the image lies in the ball"),
        hyp("above", le(_gap, _most), "by der:difference-forms over the ball"),
        hyp("below", ge(_gap, _least), "by der:difference-forms over the ball"),
    ),
    conclusion=le(sp.Abs(_gap), sp.Max(_most, -_least)),
    summary="Around one image most gates are decided; for every image of the ball that "
    "lies in the box, the networks differ by at most max(U, -L).",
    claims=(
        upper(
            "difference",
            sp.Abs(_gap),
            sp.Max(_most, -_least),
            "difference of an output over the ball",
            Quantity.OUTPUT_DIFFERENCE_IN_BALL,
            trends="+U -L",
        ),
    ),
    uses=("der:difference-forms",),
)

TOP_1 = derived(
    "der:top-1",
    "The same class for every image of a ball",
    "linear-forms.md, Around an image",
    kind=Kind.COROLLARY,
    symbols=(
        var(_fc, REALS, "output of f at the class c, for an image of the ball"),
        var(_f, REALS, "output of f at another class j"),
        var(_gc, REALS, "output of g at the class c"),
        var(_g, REALS, "output of g at the class j"),
        var(_A, REALS, "bound of f_c - f_j from below, over the ball cut with the box"),
        var(_B, REALS, "bound of g_c - g_j from below, over the same"),
    ),
    hypotheses=(
        hyp("target", ge(_fc - _f, _A), "by der:difference-forms, as one row"),
        hyp("target-sign", gt(_A, 0), "for every class j other than c"),
        hyp("pruned", ge(_gc - _g, _B), "by der:difference-forms, as one row"),
        hyp("pruned-sign", gt(_B, 0), "for every class j other than c"),
    ),
    conclusion=sp.And(gt(_fc, _f), gt(_gc, _g)),
    summary="If the lower bounds of f_c - f_j and of g_c - g_j over the ball are "
    "positive for every other class j, both networks choose c for all its images.",
    claims=(
        lower("target", _fc - _f, _A, "lead of c in f", Quantity.CLASS_LEAD),
        lower("pruned", _gc - _g, _B, "lead of c in g", Quantity.CLASS_LEAD),
    ),
    notes=("Nothing is said of ties, nor where a bound is not positive.",),
    uses=("der:difference-forms",),
)
