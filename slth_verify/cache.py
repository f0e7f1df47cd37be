"""Where the package keeps what it has found, between runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

#: Environment variable that names the folder; empty means that nothing is kept.
VARIABLE = "SLTH_VERIFY_CACHE"


def cache_folder() -> Path | None:
    """The folder for caches and journals, which need not exist; None for none.

    ``SLTH_VERIFY_CACHE`` names it; if that is empty, there is none. Otherwise it is in
    ``XDG_CACHE_HOME``, or in the user's home. Names that are not absolute are passed
    over, as the XDG specification asks, and the root folder is nobody's home.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen is not None:
        return _absolute(os.path.abspath(chosen)) if chosen else None
    base = _absolute(os.environ.get("XDG_CACHE_HOME", ""))
    if base is None:
        home = _home()
        if home is None:
            return None
        base = home / ".cache"
    return base / "slth_verify"


def _home() -> Path | None:
    """The user's home, by the environment or else by the system's list of users."""
    found = _absolute(os.environ.get("HOME", ""))
    if found is None:
        found = _absolute(_listed_home())
    return None if found is None or found == Path(found.anchor) else found


def _listed_home() -> str:
    if sys.platform == "win32":
        return os.environ.get("USERPROFILE", "")
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:  # a user without an entry, as in containers
        return ""


def _absolute(name: str) -> Path | None:
    if "\0" in name or not os.path.isabs(name):
        return None
    return Path(name)
