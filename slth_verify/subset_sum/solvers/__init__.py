"""Solvers: one method a file. They propose, an exact audit decides."""
