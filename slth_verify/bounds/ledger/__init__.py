"""Derivations: their steps, the names in them, and how they are drawn."""
