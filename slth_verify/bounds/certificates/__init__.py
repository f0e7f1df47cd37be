"""Certificates: what is believed. Ball arithmetic and exact numbers only; no search."""
