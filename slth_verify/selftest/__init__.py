"""Planted lies, a sample of the properties, and the environment, as installed."""

from slth_verify.selftest.run import Part, SelftestResult, run_selftest

__all__ = ["Part", "SelftestResult", "run_selftest"]
