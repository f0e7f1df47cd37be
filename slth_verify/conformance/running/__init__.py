"""Checks by name, all that fit in one call, and one of them again."""
