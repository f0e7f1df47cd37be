"""How wide is wide enough: what is proved, what is found, and what others reach."""
