"""Searches: floats propose parameters, certificates decide. Nothing is believed."""
