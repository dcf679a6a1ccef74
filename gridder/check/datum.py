"""Layers shifted against each other as by a wrong datum: which ``--coords`` would bring them together.

Map services in China shift what they publish by 300 to 700 m (GCJ-02) or by more (BD-09), and no file says so. Two
layers of which one is shifted fit badly: buildings lie across outlines, on roads, in water. Each layer is tried in each
datum, and a trial is believed only if it mends the misfit and its neighbours (moves as long in other directions) do not.
Both layers shifted alike fit each other; that cannot be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import cast

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from gridder.check.fits import Barriers, Borders, Look, Moves, Outlines, Sample, Surroundings, take_sample
from gridder.coordinates import GCJ_BOX, Datum, shifted_to, wgs84_from
from gridder.errors import Finding
from gridder.tables import LAYERS, District

TRIED: tuple[Datum, ...] = ("wgs84", "gcj02", "bd09")
LEAST_BUILDINGS = 40  # fewer say nothing
LEAST_BAD, LEAST_RATE = 15, 0.01  # fewer misfits are what any map has
MENDED = 1 / 4  # a trial is believed if at most this part of the misfits remains
UNMENDED = 1 / 2  # and its neighbours keep at least this part
NEIGHBOURS, MISFIT_NEIGHBOURS = 5, 4  # moves of the same length tried, and how many of them must misfit
STILL_JUDGED = 0.7  # share of the buildings judged before that a trial must still judge
SAME_MOVE_M = 50.0  # moves that differ by less are one: two trials that cannot be told apart


@dataclass(frozen=True)
class Trial:
    """One move of the buildings against a layer, and the datums (of buildings, of the layer) that come to it."""

    moves: Moves
    readings: frozenset[tuple[Datum, Datum]]


@dataclass(frozen=True)
class Pair:
    """Buildings and one layer: the ways to look at them, and the trials (the first is to leave them as read)."""

    layer: str
    ways: tuple[Surroundings, ...]
    trials: list[Trial]


@dataclass(frozen=True)
class Verdict:
    """A pair that misfits as read, and the trial that is believed: how it fits then, and what it says of datums."""

    layer: str
    as_read: Look
    mended: Look
    readings: frozenset[tuple[Datum, Datum]]


def find_shifted(
    district: District, shapes: NDArray[np.object_], communities: gpd.GeoDataFrame | None
) -> list[Finding]:
    """Return a warning for each layer against which the buildings are shifted as by a wrong datum.

    Parameters
    ----------
    district
        As read: it says which communities the buildings state, and in which datum each file was read.
    shapes
        Its buildings, repaired. Shape (buildings,).
    communities
        Its outlines, repaired; None without a layer.
    """
    sample = take_sample(shapes, district.buildings["community_id"].to_numpy(dtype=object))
    if len(sample.middles) < LEAST_BUILDINGS:
        return []
    lon, lat = degrees_of(sample.middles, district)
    west, south, east, north = GCJ_BOX
    if not (west <= np.median(lon) <= east and south <= np.median(lat) <= north):
        return []
    present = present_datums(district)
    tables = {"communities": communities, "barriers": district.barriers}
    pairs = []
    for layer, table in tables.items():
        if table is None or table.empty or not {"buildings", layer} <= set(present):
            continue
        trials = make_trials(sample, (lon, lat), (present["buildings"], present[layer]), district)
        ways = (Barriers(table),) if layer == "barriers" else (Outlines(table), Borders(table))
        pairs.append(Pair(layer, ways, trials))
    verdicts = {pair.layer: judge(pair, sample) for pair in pairs}
    believed = [verdict for verdict in verdicts.values() if verdict]
    if not believed:
        return []
    may_be = {v.layer: v.readings for v in believed}
    may_be |= {pair.layer: list_possible(pair, sample) for pair in pairs if verdicts[pair.layer] is None}
    return tell(believed, may_be, present)


def degrees_of(points: NDArray[np.float64], district: District) -> tuple[NDArray, NDArray]:
    """Return longitude and latitude of points in the district's CRS, WGS 84 degrees."""
    lon, lat = Transformer.from_crs(district.crs, 4326, always_xy=True).transform(*points.T)
    return np.asarray(lon), np.asarray(lat)


def present_datums(district: District) -> dict[str, Datum]:
    """Return layer → datum it was read in; layers whose files were read in several are left out."""
    found: dict[str, set[Datum]] = {}
    for entry in district.inputs:
        if entry.get("layer"):
            datum = entry.get("coords") or "wgs84"
            found.setdefault(entry["layer"], set()).add(
                "wgs84" if datum == "cgcs2000" else cast(Datum, datum)
            )
    return {layer: datums.pop() for layer, datums in sorted(found.items()) if len(datums) == 1}


def make_trials(
    sample: Sample, degrees: tuple[NDArray, NDArray], present: tuple[Datum, Datum], district: District
) -> list[Trial]:
    """Return the moves of the buildings that other datums of the buildings or of the layer come to; no move first."""
    back = Transformer.from_crs(4326, CRS.from_user_input(district.crs), always_xy=True)
    trials: list[Trial] = []
    readings = sorted(product(TRIED, TRIED), key=lambda pair: (pair != present, pair))
    for own, other in readings:
        true = wgs84_from(own, *shifted_to(present[0], *degrees))
        seen = wgs84_from(present[1], *shifted_to(other, *true))
        moves = np.column_stack(back.transform(*seen)) - sample.middles
        moves = np.zeros_like(moves) if (own, other) == present else moves
        for at, trial in enumerate(trials):
            if np.hypot(*np.median(trial.moves - moves, axis=0)) < SAME_MOVE_M:
                trials[at] = Trial(trial.moves, trial.readings | {(own, other)})
                break
        else:
            trials.append(Trial(moves, frozenset({(own, other)})))
    return trials


def judge(pair: Pair, sample: Sample) -> Verdict | None:
    """Return the trial that is believed in one way of looking; None where the pair fits or nothing mends it."""
    for way in pair.ways:
        as_read = way.look(sample)
        if as_read.bad < LEAST_BAD or as_read.rate < LEAST_RATE:
            continue
        seen = [(way.look(sample.move(trial.moves)), trial) for trial in pair.trials[1:]]
        mending = [one for one in seen if mends(as_read, one[0])]
        if not mending:
            continue
        best, trial = max(mending, key=lambda one: one[0].near - one[0].bad)
        if stands_alone(way, sample, trial.moves, as_read):
            return Verdict(pair.layer, as_read, best, trial.readings)
    return None


def list_possible(pair: Pair, sample: Sample) -> frozenset[tuple[Datum, Datum]]:
    """Return the datums that a pair which fits as read may have: those that are not seen to be worse."""
    as_read = pair.ways[0].look(sample)
    possible = set(pair.trials[0].readings)
    for trial in pair.trials[1:]:
        seen = pair.ways[0].look(sample.move(trial.moves))
        if seen.bad < LEAST_BAD or not mends(seen, as_read):
            possible |= trial.readings
    return frozenset(possible)


def mends(as_read: Look, trial: Look) -> bool:
    """Whether a trial does away with most misfits among about as many buildings."""
    judged = trial.near >= max(STILL_JUDGED * as_read.near, LEAST_BUILDINGS)
    return judged and trial.rate <= MENDED * as_read.rate


def stands_alone(way: Surroundings, sample: Sample, moves: Moves, as_read: Look) -> bool:
    """Whether nearly all places as far from the trial as the present one misfit about as it does.

    They and the present place make a hexagon around the trial. Where several of them fit, outlines are so wide, or
    roads so few, that a fit says nothing. Where they misfit far worse, the present place is near the truth, and the
    map is only careless.
    """
    rates = []
    for n in range(1, NEIGHBOURS + 1):
        angle = np.pi + n * np.pi / 3.0
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        seen = way.look(sample.move(moves + moves @ turn))
        rates.append(seen.rate if seen.near >= STILL_JUDGED * as_read.near else as_read.rate)
    misfits = sum(rate >= UNMENDED * as_read.rate for rate in rates)
    return misfits >= MISFIT_NEIGHBOURS and as_read.rate >= UNMENDED * float(np.median(rates))


def tell(
    believed: list[Verdict],
    may_be: dict[str, frozenset[tuple[Datum, Datum]]],
    present: dict[str, Datum],
) -> list[Finding]:
    """Return a warning for each layer that misfits, with the ``--coords`` that mends all of them."""
    options = list_options(may_be, present)
    found = []
    for verdict in believed:
        own = options or list_options({verdict.layer: verdict.readings}, present)
        facts = {
            "share": round(100.0 * verdict.as_read.rate, 1),
            "mended": round(100.0 * verdict.mended.rate, 1),
            "n": verdict.as_read.near,
            "option": " / ".join(f"--coords {one}" for one in own),
        }
        found.append(Finding(f"datum.{verdict.layer}_shifted", "warning", facts, layer=verdict.layer))
    return found


def list_options(may_be: dict[str, frozenset[tuple[Datum, Datum]]], present: dict[str, Datum]) -> list[str]:
    """Return the values of ``--coords`` that agree with all pairs and change the fewest layers."""
    layers = ["buildings", *may_be]
    readings = [
        dict(zip(layers, datums))
        for datums in product(TRIED, repeat=len(layers))
        if all((datums[0], datum) in may_be[layer] for layer, datum in zip(may_be, datums[1:]))
    ]
    changes = [sum(reading[layer] != present[layer] for layer in layers) for reading in readings]
    fewest = min(changes, default=0)
    return [write_option(r, present) for r, n in zip(readings, changes) if n == fewest]


def write_option(reading: dict[str, Datum], present: dict[str, Datum]) -> str:
    """Return a reading as the value of ``--coords``, with what was stated of other layers."""
    wanted = present | reading
    stated = [
        layer for layer in LAYERS if {wanted.get(layer, "wgs84"), present.get(layer, "wgs84")} != {"wgs84"}
    ]
    return ",".join(f"{layer}={wanted[layer]}" for layer in stated)
