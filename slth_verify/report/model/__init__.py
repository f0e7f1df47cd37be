"""What a report says: frozen figures, and their JSON document."""
