"""Sweeps: many runs from one plan, resumable, on one machine or on many."""

from slth_verify.sweep.answer import Answer, Outcome
from slth_verify.sweep.plan import MOST_RUNS, InvalidPlanError, Plan, load_plan
from slth_verify.sweep.run import Limits, Run
from slth_verify.sweep.store import Row, Store
from slth_verify.sweep.sweep import Forecast, Summary, forecast, run_sweep

__all__ = [
    "MOST_RUNS",
    "Answer",
    "Forecast",
    "InvalidPlanError",
    "Limits",
    "Outcome",
    "Plan",
    "Row",
    "Run",
    "Store",
    "Summary",
    "forecast",
    "load_plan",
    "run_sweep",
]
