"""What benchmarks share: publishing, targets, counting, a second decider."""
