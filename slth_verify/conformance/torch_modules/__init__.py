"""Torch modules that look like targets, and how they are twisted."""
