"""How much memory this process held at most."""

import resource
from pathlib import Path


def peak_mib() -> float:
    """MiB; `ru_maxrss` would count what its parent held before the start."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
