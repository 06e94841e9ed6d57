"""How the cost of a job grows with its size, ours and the peer's, for the picture on the page.

A benchmark calls `grow` with its two jobs and hands the answer to `write`, which puts it into its
record under ``growth``. A side is not run beyond the size at which it takes too long: there the
curve ends, and nothing is extrapolated.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from _machine import machine

#: CPU seconds of one run after which a larger size is not tried.
PATIENCE = 15.0


def seconds(run: Callable[[int], object], sizes: Sequence[int]) -> list[float]:
    """Smallest CPU seconds of up to three runs at each size, as far as patience goes."""
    run(sizes[0])
    found: list[float] = []
    for size in sizes:
        tries: list[float] = []
        while len(tries) < 3 and (not tries or tries[0] < PATIENCE / 3):
            start = time.process_time()
            run(size)
            tries.append(time.process_time() - start)
        found.append(min(tries))
        print(f"  {size:>9,}  {found[-1]:8.3f} s", flush=True)
        if found[-1] > PATIENCE:
            break
    return found


def grow(
    title: str,
    quantity: str,
    sizes: Sequence[int],
    ours: Callable[[int], object],
    peer: Callable[[int], object],
    peer_name: str,
) -> dict[str, Any]:
    """Costs of both sides over the sizes of a job."""
    print(f"{title}: ours")
    mine = seconds(ours, sizes)
    print(f"{title}: {peer_name}")
    theirs = seconds(peer, sizes)
    return {
        "title": title,
        "quantity": quantity,
        "sizes": list(sizes),
        "ours_cpu_s": mine,
        "peer": peer_name,
        "peer_cpu_s": theirs,
        "machine": machine(),
    }


def write(path: Path, growth: dict[str, Any]) -> None:
    """Put the costs into a benchmark's record."""
    record = json.loads(path.read_text("utf-8")) if path.exists() else {}
    path.write_text(json.dumps({**record, "growth": growth}, indent=2) + "\n", "utf-8")
    print(f"wrote {path.name}")
