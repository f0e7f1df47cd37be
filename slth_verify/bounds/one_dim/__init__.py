"""Answers about Theorem 1: one-dimensional random subset sums."""
