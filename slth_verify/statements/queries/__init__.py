"""The machinery that answers: values put in without capture, sums written out.

`binding` substitutes, `sums` expands, `domains` reads the values of a query,
`topics` says what two claims are about, and `contradictions` finds constants that a
proved necessary bound refutes.
"""
