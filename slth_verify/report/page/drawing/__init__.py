"""Pictures for pages: the one style of charts, heat maps, images."""
