"""Settings under which planted lies must turn red."""

import pytest
from hypothesis import HealthCheck, Phase, settings


@pytest.fixture(scope="session")
def hunt() -> settings:
    """The same cases on every run, without shrinking: a lie need only be found."""
    return settings(
        max_examples=200,
        phases=(Phase.generate, Phase.target),
        derandomize=True,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
