"""Validation of options, at the moment something is drawn."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from hypothesis.errors import InvalidArgument

from slth_verify.numbers import shown


def check_range(name: str, low: int, high: int, *, least: int, most: int) -> None:
    """Refuse a range of options unless least <= low <= high <= most.

    Args:
        name: What is counted, such as ``"depth"``.
        low: The option ``min_<name>``.
        high: The option ``max_<name>``.
        least: Smallest value that makes sense.
        most: Largest value that examples are allowed to have.

    Raises:
        InvalidArgument: If the range is empty, or not made of integers.
    """
    if any(isinstance(v, bool) or not isinstance(v, int) for v in (low, high)):
        raise InvalidArgument(
            f"min_{name}={low!r}, max_{name}={high!r}: both must be integers. Give "
            f"whole numbers from {least} to {most}."
        )
    if not least <= low <= high <= most:
        raise InvalidArgument(
            f"min_{name}={low}, max_{name}={high}: {least} <= min_{name} <= "
            f"max_{name} <= {most} is required. Swap or shrink the range."
        )


#: Their parts are letters, bytes and keys, not sizes.
_NO_SIZES = (str, bytes, bytearray, memoryview, Mapping)


def check_sizes(name: str, sizes: Collection[int], *, most: int) -> None:
    """Refuse sizes that are none at all or leave [1, most]."""
    several = isinstance(sizes, Collection) and not isinstance(sizes, _NO_SIZES)
    several = several and getattr(sizes, "shape", None) != ()  # an array of one
    whole = several and all(
        isinstance(v, int) and not isinstance(v, bool) for v in sizes
    )
    if not whole or not sizes or min(sizes) < 1 or max(sizes) > most:
        raise InvalidArgument(
            f"{name}={sizes!r}: at least one whole number from 1 to {most} is required "
            "(thm:structured-slth). Give sizes such as (1, 2, 3)."
        )


def check_names(name: str, names: Sequence[str], known: Collection[str]) -> None:
    """Refuse names that are none at all, or not all known."""
    several = isinstance(names, Sequence) and not isinstance(names, _NO_SIZES)
    if not several or not names or any(one not in known for one in names):
        raise InvalidArgument(
            f"{name}={shown(names)}: one or several of {', '.join(known)} are "
            f"required. Give a sequence such as {tuple(known)[:1]!r}."
        )
