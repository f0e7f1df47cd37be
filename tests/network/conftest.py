"""Fixtures of tests of networks."""

from handmade.pt2_files import honest  # noqa: F401
