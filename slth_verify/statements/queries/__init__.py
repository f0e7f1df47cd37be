"""The machinery that answers, as functions of a statement's data.

`domains` reads the values of a query and `values` puts them in, `hypotheses` checks
them, `topics` says what two claims are about, and `contradictions` finds constants that
a proved necessary bound refutes.
"""
