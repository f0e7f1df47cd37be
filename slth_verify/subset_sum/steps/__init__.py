"""Steps that solvers are made of: preparing columns, walking, descending, meeting."""
