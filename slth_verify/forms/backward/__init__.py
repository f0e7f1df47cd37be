"""Rows carried back to the image: node by node, by what each node computes."""
