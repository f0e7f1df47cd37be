"""Integrals and series that certificates are made of, enclosed in balls."""
