"""The symbols that the statements share, each with one meaning throughout.

Positivity is never an assumption of a symbol: it is a hypothesis of a statement, so
that it is listed, checked and cannot be dropped unseen. Only "real" and "integer" are
assumed, and every statement declares them as the symbol's domain.
"""

from __future__ import annotations

from typing import Any

import sympy as sp


def _reals(names: str) -> Any:
    return sp.symbols(names, real=True)


def _integers(names: str) -> Any:
    return sp.symbols(names, integer=True)


eps, eps1, eps2, delta = _reals("eps eps1 eps2 delta")
C, P, r, h, tau, kappa, c, lam, theta, x = _reals("C P r h tau kappa c lam theta x")
eta, error, M = _reals("eta error M")
n, k, m, j, d, c_in, c_out, depth, D, B = _integers("n k m j d c_in c_out depth D B")

#: Names under which symbols are typeset; all others print as they are.
LATEX_NAMES: dict[str, str] = {
    "eps": r"\varepsilon",
    "eps1": r"\varepsilon_1",
    "eps2": r"\varepsilon_2",
    "eps_i": r"\varepsilon_i",
    "lam": r"\lambda",
    "c_in": r"c_{\mathrm{in}}",
    "c_out": r"c_{\mathrm{out}}",
    "depth": r"\ell",
    "error": "e",
    "a_in": r"a_{\mathrm{in}}",
    "a_log": r"a_{\log}",
    "D_best": r"D_{\mathrm{best}}",
    "D_found": r"D_{\mathrm{found}}",
    "d_in": r"d_{\mathrm{in}}",
    "d_out": r"d_{\mathrm{out}}",
    "g_ideal": r"g_{\mathrm{ideal}}",
    "n_all": r"n_{\mathrm{all}}",
    "n_star": "n^*",
    "p_bad": r"p_{\mathrm{bad}}",
    "p_few": r"p_{\mathrm{few}}",
    "p_miss": r"p_{\mathrm{miss}}",
}

#: Names for plain-text output (terminal).
UNICODE_NAMES: dict[str, str] = {
    "eps": "ε",
    "eps1": "ε₁",
    "eps2": "ε₂",
    "eps_i": "εᵢ",
    "delta": "δ",
    "delta_i": "δᵢ",
    "tau": "τ",
    "kappa": "κ",
    "lam": "λ",
    "theta": "θ",
    "eta": "η",
    "depth": "ℓ",  # noqa: RUF001  (the usual letter for a depth)
    "error": "e",
}

#: Letters of names in MathML, where indices are elements; SymPy knows the Greek ones.
UNICODE_LETTERS: dict[str, str] = {
    name: UNICODE_NAMES[name] for name in ("eps", "lam", "depth", "error")
}
