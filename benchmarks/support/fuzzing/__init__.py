"""Fuzzing every reader of files that nobody vouches for.

`readers` names the readers, each with genuine files, the form in which its files are
changed, and an independent decision of what it accepted. `forms` takes files apart and
puts them together, `changes` draws what is changed in between, `judging` tells a clear
refusal from a crash, `watching` sees what a reader opens, writes and starts.
"""

from __future__ import annotations

#: The names of all readers; importing the readers themselves takes seconds.
NAMES = (
    "profiles",
    "sweep plans",
    "reports",
    "suites",
    "counterexamples",
    "stored answers",
    "library entries",
    "search cache",
    "tickets",
    "targets",
    "ONNX models",
    "exported programs",
    "images, npy",
    "images, safetensors",
    "journals",
    "sweep stores",
)
