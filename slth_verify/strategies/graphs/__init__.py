"""Adversarial target graphs, of all kinds of nodes."""

from slth_verify.strategies.graphs.draw import target_graphs

__all__ = ["target_graphs"]
