"""Comparisons with named peers: ``python -m benchmarks.NAME --json``."""
