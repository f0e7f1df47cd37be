"""Driving a check over drawn cases; what was drawn and how near it came is kept."""
