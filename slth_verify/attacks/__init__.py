"""Searches for images at which two networks differ; floats, which prove nothing."""

from slth_verify.attacks.search import Candidates, Search

__all__ = ["Candidates", "Search"]
