"""The command ``report``: made now, or from what was recorded, or compared."""
