"""Many problems: processes, a journal to resume from, names of problems."""
