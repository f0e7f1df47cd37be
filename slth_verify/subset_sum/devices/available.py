"""Whether a torch device can be searched on."""

from __future__ import annotations

from slth_verify.errors import InvalidParameterError


def check_device(device: str | None) -> None:
    """Refuses a device that torch does not know, that is not here, or lacks float64.

    Args:
        device: None for numpy, or a torch device such as ``"cuda"`` or ``"cpu"``.

    Raises:
        InvalidParameterError: No such device here.
    """
    if device is None:
        return
    import torch

    try:
        torch.zeros(1, dtype=torch.float64, device=device).sum().item()
    # unknown or absent: RuntimeError; torch without CUDA: AssertionError; no float64
    # there, or not a string: TypeError
    except (RuntimeError, AssertionError, TypeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InvalidParameterError(
            f"device={device!r} cannot be used ({reason}); a search needs a "
            "torch device with double precision that this machine has "
            "(def:subset-sum-number). Give 'cuda' where there is one, or leave it out."
        ) from error
