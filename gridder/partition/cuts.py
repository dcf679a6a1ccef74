"""Subset-row cuts of three atoms: where the relaxation covers three atoms by halves that no plan can have.

For atoms a, b, c a plan chooses at most one grid that holds two or more of them (Jepsen et al. 2008,
doi:10.1287/opre.1070.0449). Atoms that lie in the same fractional columns give the same cut now; of those the three that
come closest together along the sweep are taken, because the frontier program counts a cut from its first atom to its last.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridder.partition.master import Triple
from gridder.partition.problem import Ints

VIOLATED = 0.02  # a cut worth adding
MOST_PATTERNS = 160  # of fractional columns compared, those shared by most columns first
MOST_OF_A_PATTERN = 40  # triples kept of those with the same first pattern


def separate(
    sets: Sequence[tuple[int, ...]], share: np.ndarray, place: Ints, *, most: int, known: set[Triple]
) -> list[Triple]:
    """Return violated cuts, the most violated first, no atom twice; ``place`` (n,) is the order along the sweep."""
    broken = np.flatnonzero((share > 0) & (share < 1 - VIOLATED)).tolist()
    if len(broken) < 3:
        return []
    groups = patterns(sets, broken, len(place))
    holds = np.array([key for key, _ in groups], dtype=float)  # (p, f)
    found: list[Triple] = []
    used: set[int] = set()
    for p, q, r in violated(holds, share[broken]):
        if used.isdisjoint((p, q, r)):
            triple = closest([groups[g][1] for g in (p, q, r)], place)
            if triple not in known:
                found.append(triple)
                used.update((p, q, r))
        if len(found) == most:
            break
    return found


def patterns(
    sets: Sequence[tuple[int, ...]], broken: list[int], n_atoms: int
) -> list[tuple[tuple[int, ...], list[int]]]:
    """Return the distinct patterns of fractional columns with the atoms of each, those in most columns first."""
    inside = np.zeros((n_atoms, len(broken)), dtype=np.int64)
    for f, c in enumerate(broken):
        inside[list(sets[c]), f] = 1
    groups: dict[tuple[int, ...], list[int]] = {}
    for i in np.flatnonzero(inside.sum(axis=1) >= 2):
        groups.setdefault(tuple(inside[i].tolist()), []).append(int(i))
    return sorted(groups.items(), key=lambda g: (-sum(g[0]), g[1]))[:MOST_PATTERNS]


def violated(holds: np.ndarray, share: np.ndarray) -> list[tuple[int, int, int]]:
    """Return the triples of patterns whose cut is violated, most first.

    Σ share of columns that hold two or more = pairs ab + bc + ca − 2 · abc.
    """
    pairs = (holds * share) @ holds.T
    found: list[tuple[float, int, int, int]] = []
    for p in range(len(holds)):
        three = (holds * (share * holds[p])) @ holds.T
        over = np.triu(np.round(pairs[p][:, None] + pairs[p][None, :] + pairs - 2 * three - 1, 6), 1)[p + 1 :]
        q, r = np.nonzero(over > VIOLATED)
        order = np.argsort(-over[q, r], kind="stable")[:MOST_OF_A_PATTERN]
        found += [(-float(over[q[o], r[o]]), p, int(q[o]) + p + 1, int(r[o])) for o in order]
    return [(p, q, r) for _, p, q, r in sorted(found)]


def closest(groups: list[list[int]], place: Ints) -> Triple:
    """Return one atom of each group so that they lie closest together along the sweep, ascending by number."""
    ends = sorted((int(place[i]), g, i) for g, atoms in enumerate(groups) for i in atoms)
    last: dict[int, tuple[int, int]] = {}
    best: tuple[int, Triple] | None = None
    for at, g, i in ends:
        last[g] = (at, i)
        if len(last) == len(groups):
            span = at - min(p for p, _ in last.values())
            if best is None or span < best[0]:
                a, b, c = sorted(i for _, i in last.values())
                best = span, (a, b, c)
    assert best is not None
    return best[1]
