"""How much the tests reach: generated cases, branches, mutants."""
