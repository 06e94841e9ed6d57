"""workedpapers.isolated_points beside a loop of torch.autograd: same game, same paths, CPU seconds.

    python benchmarks/isolated_points.py       # prints a table, writes results/isolated_points.json
    python benchmarks/isolated_points.py --settings 1000 --cells 30
    python benchmarks/isolated_points.py --growth      # only how the cost grows with the settings

The peer is the loop that notebooks on GAN dynamics write: build the loss, ask torch.autograd for
the gradient of the points, step. Its discriminator is the sum of kernels at what it has seen, the
same function as ours; it drops terms that have faded below 1e-13, so that it does no idle work.
It runs one setting at a time, as such loops do, and, as a second row, all settings
at once, which is the fairest comparison. CPU seconds are the best of three runs after a short
warm-up, on one thread; one run for the peer's batch and for the phase diagrams.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from _growth import grow, write
from _machine import machine

from workedpapers.isolated_points.measurement.phase import phase_diagram
from workedpapers.isolated_points.simulation.dynamics import simulate

HERE = Path(__file__).resolve().parent
A, FADED = 0.1, 1e-13
TRUE = np.array([-5.0, 0.0, 5.0])
START = np.array([-4.2, 0.9, 5.8])
AGREE = 1e-8


def peer(lr_g: np.ndarray, steps: int) -> np.ndarray:
    """Positions after the last step, shape (B, 3), of B settings that differ in lr_g."""
    x = torch.tensor(TRUE)
    y = torch.tensor(np.tile(START, (len(lr_g), 1)), requires_grad=True)
    rate = torch.tensor(lr_g)[:, None]
    p = q = torch.full((3,), 1 / 3, dtype=torch.float64)
    length = min(steps, int(np.ceil(np.log(FADED) / np.log(1 - A))))
    seen = torch.zeros((len(lr_g), length, 3), dtype=torch.float64)
    weight = torch.zeros(length, dtype=torch.float64)
    true_weight = 0.0

    def kernel(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        return torch.exp(-0.5 * (one[..., :, None] - other[..., None, :]) ** 2)

    for k in range(steps):
        weight *= 1 - A
        true_weight = (1 - A) * true_weight + A
        seen[:, k % length] = y.detach()
        weight[k % length] = A
        used = min(k + 1, length)
        centres = seen[:, :used].reshape(len(lr_g), -1)
        masses = (weight[:used, None] * q).reshape(-1)
        f = true_weight * kernel(y, x) @ p - kernel(y, centres) @ masses
        gain = (q * f).sum()  # the generator's share of the loss, -L
        (pull,) = torch.autograd.grad(gain, y)
        with torch.no_grad():
            y += rate * pull
    return y.detach().numpy().copy()


def ours(lr_g: np.ndarray, steps: int) -> np.ndarray:
    run = simulate(TRUE, START, lr_d=A, lr_g=lr_g, steps=steps, keep="last", show=False)
    return run.final[..., 0]


def cloud(points: int, dim: int) -> tuple[np.ndarray, np.ndarray, float]:
    """True and generated points in many dimensions, and a width at which they overlap."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(points, dim)), rng.normal(size=(points, dim)), float(np.sqrt(dim))


def peer_in_space(x: np.ndarray, start: np.ndarray, sigma: float, steps: int) -> np.ndarray:
    """Positions after the last step in any dimension; distances by matrix products, as in ours."""
    true, y = torch.tensor(x), torch.tensor(start, requires_grad=True)
    p = q = torch.full((len(x),), 1 / len(x), dtype=torch.float64)
    seen, weight, true_weight = [], [], 0.0
    length = int(np.ceil(np.log(FADED) / np.log(1 - A)))

    def kernel(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        square = (one**2).sum(1)[:, None] + (other**2).sum(1) - 2 * one @ other.T
        return torch.exp(-square / (2 * sigma**2))

    for _ in range(steps):
        weight = [*((1 - A) * w for w in weight[-length + 1 :]), A]
        true_weight = (1 - A) * true_weight + A
        seen = [*seen[-length + 1 :], y.detach().clone()]
        masses = torch.cat([w * q for w in weight])
        f = true_weight * kernel(y, true) @ p - kernel(y, torch.cat(seen)) @ masses
        (pull,) = torch.autograd.grad((q * f).sum(), y)
        with torch.no_grad():
            y += 400.0 * pull
    return y.detach().numpy().copy()


def in_space(points: int, dim: int, steps: int) -> dict:
    """Many points in many dimensions, one setting."""
    x, start, sigma = cloud(points, dim)

    def mine() -> np.ndarray:
        run = simulate(x, start, sigma=sigma, lr_d=A, lr_g=400.0, steps=steps, keep="last",
                       show=False)  # fmt: skip
        return run.final

    gap = np.abs(mine() - peer_in_space(x, start, sigma, steps)).max()
    theirs = best(lambda: peer_in_space(x, start, sigma, steps), 2)
    task = f"{steps:,} steps, {points} points in {dim}-D"
    return row(task, 1, best(mine, 2), theirs, "torch.autograd loop", gap)


def best(run: Callable[[], object], repeats: int = 3) -> float:
    """Smallest CPU seconds of several runs."""
    cpu = []
    for _ in range(repeats):
        start = time.process_time()
        run()
        cpu.append(time.process_time() - start)
    return min(cpu)


def row(task: str, count: int, mine: float, other: float, name: str, gap: float) -> dict:
    """One row of the record; both times are those of all settings."""
    if gap > AGREE:
        raise SystemExit(f"{task}: the answers differ by {gap}, so the times mean nothing")
    print(f"{task:44}{count:9,}{mine:10.3f}{other:10.2f}{other / mine:9.0f}x{gap:10.1e}  {name}")
    return {
        "task": task, "rows": count, "ours_cpu_s": mine, "peer": name, "peer_cpu_s": other,
        "ratio": other / mine, "largest_difference": gap,
    }  # fmt: skip


def diagrams(cells: int, steps: int) -> list[dict]:
    """Seconds for phase diagrams of cells by cells settings."""
    found = []
    for number in (1, 2):
        cpu, wall = time.process_time(), time.perf_counter()
        frame = phase_diagram(
            G=np.geomspace(0.05, 30, cells), rho=np.linspace(0.3, 2.5, cells), a=A,
            number=number, steps=steps, show=False,
        )  # fmt: skip
        entry = {
            "task": f"phase diagram, {cells} x {cells}, {steps:,} steps, N = {number}",
            "rows": len(frame),
            "cpu_s": time.process_time() - cpu,
            "wall_s": time.perf_counter() - wall,
            "regimes": frame["regime"].value_counts().to_dict(),
        }
        print(f"{entry['task']}: {entry['cpu_s']:.1f} CPU s, {entry['wall_s']:.1f} s")
        found.append(entry)
    return found


def growth(steps: int) -> dict:
    """Cost of training paths by the number of settings, the peer's in one tensor."""
    rates = 0.9 * np.geomspace(0.05, 2, 1000)
    return grow(
        f"Training paths, {steps:,} steps", "Settings", (1, 10, 100, 1000),
        lambda count: ours(rates[:count], steps),
        lambda count: peer(rates[:count], steps), "torch.autograd, all settings in one tensor",
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--settings", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--cells", type=int, default=100)
    parser.add_argument("--growth", action="store_true", help="only how the cost grows")
    options = parser.parse_args()
    torch.set_num_threads(1)
    target = HERE / "results" / "isolated_points.json"
    if options.growth:
        write(target, growth(options.steps))
        return
    steps, count = options.steps, options.settings
    rates = 0.9 * np.geomspace(0.05, 2, count)  # lr_g = 0.9 G
    print(f"{'task':44}{'settings':>9}{'ours s':>10}{'torch s':>10}{'ratio':>10}{'differ':>10}")
    ours(rates, 20), peer(rates[:1], 20)
    some = rates[:: max(1, count // 4)][:4]
    mine = best(lambda: ours(rates, steps))
    single = best(lambda: [peer(rate[None], steps) for rate in some]) / len(some)
    answer = ours(rates, steps)
    gap = np.abs(np.concatenate([peer(rate[None], steps) for rate in some])
                 - answer[:: max(1, count // 4)][:4]).max()  # fmt: skip
    record: dict = {
        "title": "isolated_points: training paths of many settings, beside torch.autograd",
        "machine": machine(),
        "versions": {package: version(package) for package in ("numpy", "torch")},
        "rows": [],
    }
    name = "torch.autograd loop"
    record["rows"].append(
        row(f"{steps:,} steps, 3 points, one by one", count, mine, single * count, name, gap)
        | {"peer_settings_measured": len(some)}
    )
    batch = rates[:: max(1, count // 200)]
    theirs = best(lambda: peer(batch, steps), 1)
    gap = np.abs(peer(batch, steps) - ours(batch, steps)).max()
    name = "torch.autograd, all settings in one tensor"
    record["rows"].append(
        row(f"{steps:,} steps, 3 points, in one batch", len(batch),
            best(lambda: ours(batch, steps)), theirs, name, gap)
    )  # fmt: skip
    alone = best(lambda: ours(rates[:1], steps))
    name = "torch.autograd loop"
    gap = np.abs(peer(rates[:1], steps) - ours(rates[:1], steps)).max()
    record["rows"].append(
        row(f"{steps:,} steps, 3 points, a single setting", 1, alone, single, name, gap)
    )
    record["rows"].append(in_space(100, 50, 150))
    record["diagrams"] = diagrams(options.cells, steps)
    record["growth"] = growth(steps)
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(record, indent=2) + "\n")
    print(f"wrote {target.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()
