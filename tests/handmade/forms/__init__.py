"""Networks for linear forms, and what judges their bounds."""
