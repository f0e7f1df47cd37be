"""Rows bounded jointly: errors of gates are symbols, tied to what their gates take."""
