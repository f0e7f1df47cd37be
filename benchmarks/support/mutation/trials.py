"""The tests that reach a changed line, run in a process forked for one mutant."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import os
import resource
import signal
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from functools import cached_property
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

#: Loaded once, before any fork: what takes long, and is never changed.
_HEAVY = (
    "numpy",
    "scipy.special",
    "scipy.stats",
    "scipy.optimize",
    "sympy",
    "mpmath",
    "flint",
    "torch",
    "hypothesis",
    "hypothesis.strategies",
    "pytest",
    "jsonschema",
    "safetensors.numpy",
)

KILLED, SURVIVED, TIMED_OUT = "killed", "survived", "out of time"
UNLOADED = "not loaded by its tests"
_NEVER, _BROKEN = 99, 98  # exit codes that are none of pytest's


class _Wrong(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module another source."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        self._name, self._path, self._source = name, path, source
        self.loaded = False

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        """The spec of the changed module alone."""
        if fullname != self._name:
            return None
        package = self._path.name == "__init__.py"
        spec = ModuleSpec(fullname, self, origin=str(self._path), is_package=package)
        spec.has_location = True
        if package:
            spec.submodule_search_locations = [str(self._path.parent)]
        return spec

    def pytest_configure(self) -> None:
        """Go before pytest's own loader, which takes the modules of plugins."""
        sys.meta_path.insert(0, self)

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed source."""
        self.loaded = True
        exec(compile(self._source, str(self._path), "exec"), vars(module))


def prepare(below: Sequence[str]) -> None:
    """Load what no mutant changes, and the rooms below those that are changed."""
    for name in (*_HEAVY, *below):
        importlib.import_module(name)


def warm(tests: Sequence[str]) -> None:
    """Load files of tests, and with them the rooms that they test.

    From then on functions are changed in place, which takes a second less; what runs
    when a module is loaded has to be tried before.
    """
    import pytest

    with open(os.devnull, "w") as quiet, redirect_stdout(quiet):
        words = ["--collect-only", "-q", "-p", "no:cacheprovider", "-W", "ignore"]
        pytest.main([*words, *tests])


def try_mutant(
    name: str, path: Path, source: str, tests: Sequence[str], seconds: float
) -> str:
    """Whether these tests notice a changed module.

    Args:
        name: Of the module; once it is loaded, only its functions may be changed.
        path: Its file.
        source: The changed source.
        tests: Node ids, the first ones first.
        seconds: Of the processor, that all tests together may take.

    Raises:
        RuntimeError: If the tests cannot be run, whatever the module says.
    """
    child = os.fork()
    if child == 0:
        _run(name, path, source, tests, seconds)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return TIMED_OUT if os.WTERMSIG(status) in _LIMITS else KILLED
    if os.WEXITSTATUS(status) == _BROKEN:
        raise RuntimeError(f"{name}: its tests cannot be run: {tests}")
    return {0: SURVIVED, _NEVER: UNLOADED}.get(os.WEXITSTATUS(status), KILLED)


def put_in_place(module: ModuleType, code: CodeType) -> None:
    """Give every function and method of a module the code of another source.

    What else the source does when it is loaded does not happen. Functions inside of
    functions come with these.

    Raises:
        LookupError: If the module has no function of a name that the source defines.
    """
    for part in code.co_consts:
        if not isinstance(part, CodeType) or part.co_name.startswith("<"):
            continue  # generators and lambdas of the module, which have run
        if part.co_flags & inspect.CO_NEWLOCALS:
            _function(module, part.co_qualname).__code__ = part
        elif part.co_name.isidentifier():  # the body of a class
            put_in_place(module, part)


def _function(module: ModuleType, name: str) -> FunctionType:
    found: Any = module
    for part in name.split("."):
        found = inspect.getattr_static(found, part)
    found = getattr(found, "fget", found)
    if isinstance(found, cached_property):
        found = found.func
    found = inspect.unwrap(getattr(found, "__func__", found))
    if not isinstance(found, FunctionType) or found.__module__ != module.__name__:
        raise LookupError(f"{module.__name__} has no function {name}")
    return found


_LIMITS = (signal.SIGXCPU, signal.SIGKILL, signal.SIGALRM)


def _run(
    name: str, path: Path, source: str, tests: Sequence[str], seconds: float
) -> None:
    """The forked process; it never returns.

    Only a failed test, or a module that cannot be loaded, is one of the tests' words:
    what goes wrong before they run says nothing of them.
    """
    code = _BROKEN
    try:
        spent = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        most = int(spent + seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (most, most + 5))
        resource.setrlimit(resource.RLIMIT_AS, (16 << 30, 16 << 30))
        signal.alarm(int(20 * seconds) + 60)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        import pytest

        wrong = _Wrong(name, path, source)
        if name in sys.modules:
            put_in_place(sys.modules[name], compile(source, str(path), "exec"))
            wrong.loaded = True
        words = ["-x", "-q", "-p", "no:cacheprovider", "--no-header", "-W", "ignore"]
        in_place = wrong.loaded
        code = int(pytest.main([*words, *tests], plugins=[wrong]))
        if not wrong.loaded or code == pytest.ExitCode.NO_TESTS_COLLECTED:
            code = _BROKEN if code else _NEVER
        elif in_place and code > pytest.ExitCode.TESTS_FAILED:
            code = _BROKEN
    finally:
        os._exit(code)
