"""What is asked in symbols, and the same answers by plain loops."""
