"""One target of a report: pruned, proved, and looked at from all sides."""
