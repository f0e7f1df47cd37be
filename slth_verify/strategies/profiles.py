"""Hypothesis profiles: ``profiles.load("slth-ci")``."""

from slth_verify.hypothesis_profiles import PROFILES, load, register, times

__all__ = ["PROFILES", "load", "register", "times"]
