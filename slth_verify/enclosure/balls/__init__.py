"""Functions and integrals of balls: every result contains every true value."""
