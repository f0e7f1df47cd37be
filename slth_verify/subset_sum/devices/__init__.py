"""Torch devices, and what threads and memory cost on any machine."""
