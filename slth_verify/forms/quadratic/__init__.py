"""Linear forms of symbols that squares tie together; no network is known here."""
