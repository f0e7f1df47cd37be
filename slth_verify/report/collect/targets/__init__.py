"""The networks that a report is about, each with its own seed."""
