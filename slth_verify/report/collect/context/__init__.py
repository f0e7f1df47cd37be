"""What stands around the cases: success curves, derivations, attacks, benchmarks."""
