"""How much a report does: profiles, shipped or from TOML files of the same fields."""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any

from slth_verify.errors import InvalidParameterError, UnusableFileError
from slth_verify.files import as_path, read_regular
from slth_verify.limits import DIMENSION
from slth_verify.numbers import exact_number, shown
from slth_verify.text import printable

#: Profiles that ship with the package.
PROFILES = ("quick", "full")

_EXACT = ("relative_eps", "dense_relative_eps", "relative_limit", "accuracy_points")
_LEAST_SWEPT = 18  # two dimensions determine an exponent
#: Counts with what a report can hold of each.
_COUNTS = {
    "generated": 1_000,
    "uniform_inputs": 100_000,
    "corner_inputs": 100_000,
    "samples": 10_000,
    "local_images": 10_000,
    "certified_dimension": DIMENSION,
    "law_dimension": DIMENSION,
    "law_repeats": 1_000,
    "success_trials": 10_000,
    "stored_answers": 1_000,
}
_LONGEST_SEARCH = 10**6  # seconds
_MOST_BYTES = 1 << 16  # of a profile
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a report covers; none of it enters a certificate.

    Attributes:
        name: A label.
        digits: Whether the shipped digits networks are cases: the plain one, and the
            LeNet as a target graph.
        generated: Number of generated targets, at least 0.
        dense: Whether a tiny case is also realised densely.
        relative_eps: Claimed error as a part of the target's largest output, an exact
            decimal in (0, 1).
        dense_relative_eps: The same for the dense case, whose network must stay tiny.
        relative_limit: The largest part of its largest output by which the digits
            network may provably err.
        accuracy_points: Admissible difference of accuracies, in percentage points.
        uniform_inputs: Random images per case, uniform on the box.
        corner_inputs: Random images per case with entries -1, 0, 1.
        samples: Held-out digits that are drawn.
        local_images: Held-out digits whose neighbourhoods are certified.
        certified_dimension: Largest dimension of a subset-sum problem for which a
            certified width is searched, for at most twice the time limit; 0 for none.
        law_dimension: Largest dimension of the sweep of searches to which the law of
            the search is fitted, at least 18; 0 for no sweep.
        law_repeats: Searches for each width of the sweep, at least 1.
        success_trials: Simulated samples for each number of vectors of the curve of the
            success probability; 0 for none.
        stored_answers: Shipped answers that are proved again.
        time_limit: Seconds that one subset-sum problem may take.

    Raises:
        InvalidParameterError: If a field lies outside its range.
    """

    name: str
    digits: bool = True
    generated: int = 6
    dense: bool = True
    relative_eps: str = "1/40"
    dense_relative_eps: str = "0.25"
    relative_limit: str = "0.1"
    accuracy_points: str = "0.5"
    uniform_inputs: int = 32
    corner_inputs: int = 32
    samples: int = 10
    local_images: int = 12
    certified_dimension: int = 90
    law_dimension: int = 90
    law_repeats: int = 3
    success_trials: int = 50
    stored_answers: int = 67
    time_limit: float = 60.0

    def __post_init__(self) -> None:
        for field in fields(self):
            _require_type(field.name, getattr(self, field.name), type(field.default))
        for name in _EXACT:
            _require_share(name, getattr(self, name))
        for name, most in _COUNTS.items():
            count = getattr(self, name)
            if not 0 <= count <= most:
                raise InvalidParameterError(
                    f"{name}={shown(count)}: a profile needs a count of at least 0 and "
                    f"at most {most}. Correct the profile."
                )
        if 0 < self.law_dimension < _LEAST_SWEPT or self.law_repeats < 1:
            raise InvalidParameterError(
                f"law_dimension={self.law_dimension}, law_repeats={self.law_repeats}: "
                "the law of the search is fitted in dimensions from 9 to at least "
                f"{_LEAST_SWEPT}, or not at all (0), with at least one search for each "
                "width. Correct the profile."
            )
        if not 0 < self.time_limit <= _LONGEST_SEARCH:
            raise InvalidParameterError(
                f"time_limit={self.time_limit}: a profile needs a positive finite "
                f"number of seconds, at most {_LONGEST_SEARCH}. Correct the profile."
            )
        if not (self.digits or self.generated or self.dense):
            raise InvalidParameterError(
                f"profile={shown(self.name)} has no case: at least one of digits, "
                "generated and dense is needed, or nothing would be verified. Turn one "
                "on."
            )


def load_profile(profile: str | os.PathLike[str]) -> Profile:
    """A shipped profile by its name, or one from a TOML file.

    Args:
        profile: ``"quick"``, ``"full"`` or a path that ends in ``.toml``.

    Raises:
        InvalidParameterError: If it is unknown, unreadable, or has an unknown field.
        UnusableFileError: If it is no path at all.
    """
    if profile in PROFILES:
        source = files("slth_verify.report.model") / "profiles" / f"{profile}.toml"
        return _parse(str(profile), source.read_text(encoding="utf-8"))
    path = as_path(profile)
    if path.suffix != ".toml":
        raise InvalidParameterError(
            f"profile={shown(str(path))}: known profiles are "
            f"{', '.join(PROFILES)}; anything else must be the path of a .toml file. "
            "Choose one of them."
        )
    try:
        text = read_regular(path, _MOST_BYTES).decode("utf-8")
    except (UnusableFileError, UnicodeDecodeError) as error:
        raise InvalidParameterError(
            f"profile={shown(str(path))} cannot be read ({error}). Give a "
            "readable TOML file."
        ) from error
    return _parse(str(path), text)


def to_toml(profile: Profile) -> str:
    """A TOML file from which `load_profile` reads the same profile."""
    values = {field.name: getattr(profile, field.name) for field in fields(profile)}
    # JSON's numbers, booleans and strings are TOML's, too
    return "".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}\n"
        for key, value in values.items()
    )


def _parse(source: str, text: str) -> Profile:
    try:
        found: dict[str, Any] = tomllib.loads(text)
    # besides its own errors: an integer of too many digits, brackets too deep
    except (ValueError, RecursionError) as error:
        raise InvalidParameterError(
            f"profile={shown(source)} is no TOML ({shown(str(error))}). Write `field = "
            "value` lines."
        ) from error
    known = [field.name for field in fields(Profile)]
    unknown = sorted(set(found) - set(known))
    if unknown:
        raise InvalidParameterError(
            f"profile={shown(source)} has unknown fields {shown(unknown)}: known ones "
            f"are {', '.join(known)}. Remove or rename them."
        )
    found.setdefault("name", Path(source).stem)
    if type(found.get("time_limit")) is int:
        found["time_limit"] = float(min(found["time_limit"], _LONGEST_SEARCH + 1))
    return Profile(**found)


def _require_type(name: str, value: Any, wanted: type) -> None:
    allowed = str if name == "name" else wanted
    if type(value) is not allowed:
        raise InvalidParameterError(
            f"{name}={shown(value)}: a profile needs {allowed.__name__} here (exact "
            'numbers are written as strings, such as "0.05"). Correct the profile.'
        )
    if name == "name" and printable(str(value), _LONGEST_NAME) != value:
        raise InvalidParameterError(
            f"name={shown(value)}: a name has at most {_LONGEST_NAME} printable "
            "characters. Correct the profile."
        )


def _require_share(name: str, text: str) -> None:
    value = exact_number(text, name)
    upper = 100 if name == "accuracy_points" else 1
    if not 0 < value < upper:
        raise InvalidParameterError(
            f"{name}={shown(text)}: it must lie strictly between 0 and {upper}. "
            "Correct the profile."
        )
