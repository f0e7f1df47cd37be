"""The page of a report, made from its JSON document alone."""
