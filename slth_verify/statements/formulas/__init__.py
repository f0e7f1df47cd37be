"""Formulas: names bound in them, values put in, sums written out."""
