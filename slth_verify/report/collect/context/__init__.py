"""What stands around the cases: success curves, known results, attacks, benchmarks."""
