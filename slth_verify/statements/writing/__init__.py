"""What statements are written with: symbols, relations and repeated phrases."""
