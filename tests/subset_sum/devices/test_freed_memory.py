"""Memory that arrays give back is not asked from the system again and again."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

_PAGES = 1024  # of 4 KiB, in the arrays below
_PROGRAM = """
import resource
import numpy as np
from slth_verify.subset_sum.devices import freed_memory

{call}
for i in range(11):
    held = [np.ones(1 << 19, dtype=np.uint8) for _ in range(8)]
    del held
    if i == 0:
        start = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - start)
"""


def _faults(call: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(call=call)],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's way of freeing")
def test_freed_memory_is_kept() -> None:
    assert _faults("freed_memory.keep_freed_memory()") < _PAGES
    assert _faults("") > 5 * _PAGES  # planted lie: ten times all pages, less some
