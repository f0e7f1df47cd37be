"""Statements as LaTeX, MathML, terminal text and plain data."""
