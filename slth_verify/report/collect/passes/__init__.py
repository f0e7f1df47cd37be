"""Forward passes of networks, and how far rounding takes them."""
