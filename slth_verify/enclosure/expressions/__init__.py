"""Enclosures of SymPy expressions, by a short list of known operations."""
