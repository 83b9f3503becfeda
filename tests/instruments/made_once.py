"""What takes seconds to make and is only read: one worker makes it, and all of them take it from there."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder of this name that all tests of this run share; whoever asks first makes it, the others wait for that.

    A test that changes it, changes it for all: who writes, copies it before.
    """
    base = factory.getbasetemp()
    # Each worker of xdist has a folder of its own in that of the run.
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, whole = run / "made once" / name, run / "made once" / f"{name}, whole"
    folder.parent.mkdir(exist_ok=True)
    with (run / "made once" / f"{name}, lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            folder.mkdir()
            make(folder)
            whole.touch()
    return folder
