"""Mutation testing of what decides: one wrong piece of source at a time.

`mutants` lists what may be changed in a file, `trials` runs the tests that reach the
changed line in a process forked for it.
"""
