"""What is not linear, between affine bounds: gates and max pools of both networks."""
