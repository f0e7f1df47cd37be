"""One-dimensional problems: many at once, and one as a solver."""
