"""Deciding comparisons of exact constants, and reading exact values."""
