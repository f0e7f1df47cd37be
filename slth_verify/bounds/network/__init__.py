"""Answers about Theorem 2: widths of all layers of a network."""
