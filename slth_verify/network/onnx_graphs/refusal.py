"""How the importer says no."""

from __future__ import annotations


class Outside(Exception):
    """Why something in a file is outside what is read, and the nearest admitted form.

    Whoever knows the node turns it into an `InvalidTargetError`.
    """
