"""What the figures of a benchmark depend on besides the code."""

import os
import platform
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path


def machine() -> str:
    """Processor, system, Python and date."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = lines[0].partition(":")[2].strip() if lines else model
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()}, Python "
        f"{platform.python_version()}, {datetime.now(UTC).date().isoformat()}"
    )


def peak_mb() -> float:
    """Largest resident memory of this process so far, in MB.

    Linux hands the peak of a parent on to its children in getrusage, so that a small child of a
    large parent looks large; the kernel's VmHWM starts anew with each program.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e3
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3
