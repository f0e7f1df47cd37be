"""Searches of a target, wave by wave, until what was found is certified."""
