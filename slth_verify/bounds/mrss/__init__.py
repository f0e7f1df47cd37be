"""Answers about the multidimensional random subset sum: widths and probabilities."""
