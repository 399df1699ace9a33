"""Most memory that a process has held."""

from __future__ import annotations

import resource
from pathlib import Path


def peak_mib() -> float:
    """Of this process so far, in MiB: ``VmHWM``, and where there is no /proc what the resource usage says.

    That also counts what the parent held when it started this process.
    """
    status = Path("/proc/self/status")
    if not status.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = status.read_text("utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
