"""Torch devices that searches are tried on."""

import pytest
import torch


@pytest.fixture(
    params=[
        "cpu",
        pytest.param(
            "cuda",
            marks=pytest.mark.skipif(
                not torch.cuda.is_available(), reason="needs a CUDA device"
            ),
        ),
    ]
)
def device(request: pytest.FixtureRequest) -> str:
    """A torch device, here or skipped."""
    return str(request.param)
