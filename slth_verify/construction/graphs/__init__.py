"""Tickets of targets: what to search, how accurately, and the search."""
