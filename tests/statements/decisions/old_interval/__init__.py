"""Rational interval arithmetic in plain integers: the oracle of the enclosures.

It shares no arithmetic with `slth_verify.enclosure`, but for the functions in `balls`,
which it does not know itself.
"""
