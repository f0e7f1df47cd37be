"""What checks compare with: exact laws, every subset, simulation, drawn cases."""
