"""Numbers with guaranteed error: the only room that imports flint or mpmath."""

from slth_verify.enclosure._decide import Refinable, Relation, decide
from slth_verify.enclosure._enclosure import (
    Enclosure,
    NonFiniteError,
    directed_decimal,
    from_ball,
    plain_decimal,
    to_ball,
)
from slth_verify.enclosure._second_opinion import high_precision
from slth_verify.enclosure.balls.discrete import (
    binomial_cdf,
    binomial_coefficient,
    exact_binomial_cdf,
    hypergeometric_weight,
)
from slth_verify.enclosure.balls.integrals import (
    ComplexBall,
    integrate_analytic,
    integrate_monotone,
    trapezoid_ratio,
)
from slth_verify.enclosure.balls.polynomial import complex_polynomial, polynomial
from slth_verify.enclosure.balls.precision import more_precision, working_precision
from slth_verify.enclosure.balls.special import (
    Ball,
    beta_lower,
    chi_square_cdf,
    erf,
    gamma_lower,
    gamma_upper,
    hull,
    log_beta,
    log_gamma,
    normal_cdf,
    normal_quantile,
    pi,
)
from slth_verify.enclosure.expressions.evaluate import enclose
from slth_verify.enclosure.quantiles.proved import (
    QuantileCheck,
    check_normal_quantiles,
    nearest_normal_quantiles,
    normal_quantiles,
)
from slth_verify.numbers import ExactNumber
from slth_verify.numbers import exact_number as exact

__all__ = [
    "Ball",
    "ComplexBall",
    "Enclosure",
    "ExactNumber",
    "NonFiniteError",
    "QuantileCheck",
    "Refinable",
    "Relation",
    "beta_lower",
    "binomial_cdf",
    "binomial_coefficient",
    "check_normal_quantiles",
    "chi_square_cdf",
    "complex_polynomial",
    "decide",
    "directed_decimal",
    "enclose",
    "erf",
    "exact",
    "exact_binomial_cdf",
    "from_ball",
    "gamma_lower",
    "gamma_upper",
    "high_precision",
    "hull",
    "hypergeometric_weight",
    "integrate_analytic",
    "integrate_monotone",
    "log_beta",
    "log_gamma",
    "more_precision",
    "nearest_normal_quantiles",
    "normal_cdf",
    "normal_quantile",
    "normal_quantiles",
    "pi",
    "plain_decimal",
    "polynomial",
    "to_ball",
    "trapezoid_ratio",
    "working_precision",
]
