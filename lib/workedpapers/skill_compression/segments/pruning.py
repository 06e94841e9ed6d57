"""Two-part description: skills that also pay for their place in the codebook.

The total is the data's description at lambda = 0 plus the cost of each used skill. It is lowered by
moves that EM cannot make, each followed by EM and kept only if the total falls:

1. delete: drop a skill and let the others refit;
2. cut: replace all longer skills by their windows of some length;
3. align: a skill that depends on the symbol before it is a map from that symbol to frames. Which
   map of one symbol goes with which of another is arbitrary for the likelihood; sorted by
   frequency and zipped, they need the fewest skills.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from workedpapers.checks import Floats, Ints
from workedpapers.skill_compression.segments.descriptions import PAYS, codebook_costs, two_part
from workedpapers.skill_compression.segments.families import Categorical, Emission
from workedpapers.skill_compression.segments.passes import log_sums
from workedpapers.skill_compression.segments.skills import (
    Evidence,
    Skills,
    counts_of,
    drawn,
    em,
    kept,
)

__all__ = ["fit_two_part"]

#: Skills whose deletion is tried at each step, and steps of EM after it.
TRIES, REFIT = 3, 30
#: Most skills that a cut begins with.
MOST = 60


def _without_each(skills: Skills, data: Evidence) -> Floats:
    """Objective without each skill in turn, nothing else refitted."""
    joint = skills.log_joint(data)
    top = joint.max(1, keepdims=True)
    parts = np.exp(joint - top)
    left = np.maximum(parts.sum(1, keepdims=True) - parts, 0.0)
    # Cancellation may leave nothing where one skill had it all: a floor far below.
    weights = np.maximum(np.log(np.maximum(left, 1e-30)) + top, -80.0)
    count = data.lattice.index.shape[1] * len(data.lattice.episodes.weight)
    block = max(1, 400_000 // max(count, 1))
    found = [
        log_sums(data.lattice, np.ascontiguousarray(weights[:, k : k + block].T))
        for k in range(0, skills.count, block)
    ]
    sums = -np.concatenate(found) @ data.lattice.episodes.weight
    # Shares of the others grow by the same factor, once for each segment.
    grown = np.log1p(-np.minimum(skills.share, 1 - 1e-9))
    segments = counts_of(skills, data).skill.sum()
    return np.asarray(sums + segments * grown, np.float64)


def _paying(skills: Skills) -> Skills:
    return kept(skills, np.flatnonzero(skills.share > PAYS))


def delete(skills: Skills, data: Evidence) -> tuple[Skills, float]:
    """Delete and refit while the two-part total falls; the skills and their total."""
    skills = _paying(skills)
    total = two_part(skills, data)
    while skills.count > 1:
        order = np.argsort(_without_each(skills, data) - codebook_costs(skills, data))
        for k in order[:TRIES]:
            fewer, _ = em(kept(skills, np.arange(skills.count) != k), data, REFIT, tol=1e-5)
            fewer = _paying(fewer)
            found = two_part(fewer, data)
            if found < total - 1e-6:
                skills, total = fewer, found
                break
        else:
            break
    return skills, total


def _maps(skills: Skills, family: Categorical) -> list[Ints]:
    """Most probable symbol of each skill at each place, by the symbol before: (length, X)."""
    table = skills.table.reshape(skills.count, family.longest, -1, family.symbols)
    return [one[: last + 1].argmax(-1) for one, last in zip(table, skills.longest, strict=True)]


def hardened(maps: list[Ints], family: Categorical, soft: float = 0.05) -> Skills:
    """Skills that emit given symbols, nearly surely."""
    count = len(maps)
    contexts = family.rows[0] // family.longest
    shape = (count, family.longest, contexts, family.symbols)
    table = np.full(shape, 1 / family.symbols)
    duration = np.full((count, family.longest), soft / family.longest)
    for k, one in enumerate(maps):
        duration[k, len(one) - 1] += 1 - soft
        place, before = np.indices(one.shape)
        table[k, : len(one)] = soft / family.symbols
        table[k, place, before, one] += 1 - soft
    return Skills(np.full(count, 1 / count), duration, table.reshape(count, -1))


def _windows(skills: Skills, family: Categorical, length: int) -> list[Ints]:
    """All skills up to a length, and the windows of that length of longer ones, by use."""
    found: dict[tuple[tuple[int, ...], bytes], float] = {}
    shapes: dict[tuple[tuple[int, ...], bytes], Ints] = {}
    for share, one in zip(skills.share, _maps(skills, family), strict=True):
        for begin in range(max(1, len(one) - length + 1)):
            part = np.ascontiguousarray(one[begin : begin + length])
            key = (part.shape, part.tobytes())
            shapes[key] = part
            found[key] = found.get(key, 0.0) + float(share)
    best = sorted(found, key=lambda key: -found[key])[:MOST]
    return [shapes[key] for key in best]


def cut(skills: Skills, total: float, data: Evidence, family: Categorical) -> tuple[Skills, float]:
    """Try all lengths that would cut some skill; the best total wins."""
    best = skills
    for length in range(1, int(skills.longest.max()) + 1):
        begun, _ = em(hardened(_windows(skills, family, length), family), data, 100, tol=1e-5)
        found, cost = delete(begun, data)
        if cost < total - 1e-6:
            best, total = found, cost
    return best, total


def align(
    skills: Skills, total: float, data: Evidence, family: Categorical
) -> tuple[Skills, float]:
    """Zip the segments of each symbol before, sorted by frequency, into skills."""
    uses = counts_of(skills, data).passed.uses
    before, symbols = data.lattice.before(), data.lattice.symbols()
    ranked = []
    for context in range(family.contexts):
        here = np.flatnonzero(before == context)
        here = here[np.argsort(-uses[here])]
        often = here[uses[here] > 0.01 * uses[here].sum()] if len(here) else here
        if len(often):
            ranked.append((context, [symbols[g][symbols[g] >= 0] for g in often]))
    if not ranked:
        return skills, total
    maps = []
    for place in range(max(len(parts) for _, parts in ranked)):
        row = [(context, parts[min(place, len(parts) - 1)]) for context, parts in ranked]
        length = max(len(part) for _, part in row)
        one = np.zeros((length, family.contexts), np.int64)
        for context, part in row:
            one[:, context] = np.resize(part, length)
        maps.append(one)
    begun, _ = em(hardened(maps[:MOST], family), data, 100, tol=1e-5)
    found, cost = delete(begun, data)
    return (found, cost) if cost < total else (skills, total)


def fit_two_part(
    data: Evidence, count: int, rng: np.random.Generator, free_durations: bool = False
) -> Skills:
    """Skills whose data and codebook together are described shortest, from one random start."""
    begun = drawn(data.family, count, data.lattice.longest, rng, short=True)
    begun = replace(begun, free_durations=free_durations)
    skills, _ = em(begun, data, 200, tol=1e-5)
    skills, total = delete(skills, data)
    family = data.family
    if isinstance(family, Categorical):
        if family.emission in (Emission.POSITION, Emission.CONTEXT):
            skills, total = cut(skills, total, data, family)
        if family.emission is Emission.CONTEXT:
            skills, total = align(skills, total, data, family)
    return em(skills, data, 200)[0]
