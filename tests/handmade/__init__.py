"""Files, nodes, modules and laws made by hand, shared by several files of tests."""
