"""How many examples a test draws: few by default, more in long runs."""

from hypothesis import settings


def few(number: int, of: int | None = None) -> settings:
    """So many examples; under the profile for long runs more of them.

    Args:
        number: By default.
        of: Under ``slth-nightly``; None for the profile's own number.
    """
    loaded = settings()
    long = loaded.max_examples > settings.get_profile("slth-ci").max_examples
    return settings(
        loaded, max_examples=(of or loaded.max_examples) if long else number
    )
