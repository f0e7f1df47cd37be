"""Normal quantiles of random words: proposed in floats, proved in balls."""
