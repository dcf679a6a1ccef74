"""A district read → ready to be partitioned: checked, settled, cut into atoms and cells, neighbours known."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from gridder.adjacency import build_edges
from gridder.atoms import make_atoms
from gridder.barriers import append_rows
from gridder.cells import Ground, draw_cells, outlines_around
from gridder.check import Checked, check_district, settle
from gridder.codes import check_codes
from gridder.crossings import tell_idle
from gridder.effort import Effort, Event, Progress, silent
from gridder.errors import Finding
from gridder.landings import settle_landings
from gridder.partition.parallel import Solved, solve_all
from gridder.partition.problem import GridsRule, Objective
from gridder.policy import Policy
from gridder.problems import Question, Wishes, ask, join_empty_pockets, special_grids
from gridder.tables import District
from gridder.walking import add_walking


@dataclass(frozen=True)
class PlanOptions:
    """What a caller may choose besides policy and effort.

    ``grids`` as in Problem; ``objective``: whether grids cost their boundary or the walk to their centre;
    ``bad_rows`` ``stop`` or ``quarantine``; ``missing`` ``stop``, ``zero`` or ``estimate``;
    ``asked`` is what the record keeps of how the input was read; ``anonymous`` leaves the persons of a roster out.
    """

    grids: GridsRule | int = "target"
    bad_rows: Literal["stop", "quarantine"] = "stop"
    missing: Literal["stop", "zero", "estimate"] = "stop"
    lang: str = "zh"
    jobs: int = 1
    effective_date: str = ""
    objective: Objective = "boundary"
    asked: dict[str, Any] = field(default_factory=dict)
    anonymous: bool = False


@dataclass(frozen=True)
class Prepared:
    """A district ready to be partitioned: checked tables, atoms, ground, edges, problems by community.

    ``given`` names, for every cell, the grid that is no question to the engine: ``s-…`` a special site, ``l-…`` a
    locked grid; blank elsewhere.
    """

    checked: Checked
    atoms: gpd.GeoDataFrame
    ground: Ground
    edges: pd.DataFrame
    questions: dict[str, Question]
    given: pd.Series
    findings: tuple[Finding, ...]

    @property
    def district(self) -> District:
        """The repaired district, buildings and communities indexed by their ids."""
        return self.checked.district

    @property
    def communities(self) -> gpd.GeoDataFrame:
        """The communities, indexed by id; every checked district has them."""
        assert self.district.communities is not None
        return self.district.communities


def prepare(
    district: District,
    policy: Policy,
    options: PlanOptions,
    *,
    progress: Progress = silent,
) -> Prepared:
    """Return a district checked, settled, cut into atoms and cells, with neighbours known.

    Raises
    ------
    InputError
        Bad rows or unknown counts, and the options say ``stop``.
    """
    progress(Event("check", 0, 1, district.name))
    checked = settle(
        check_district(district, policy), bad_rows=options.bad_rows, missing=options.missing, policy=policy
    )
    return prepare_settled(checked, policy, options, progress=progress)


def prepare_settled(
    checked: Checked, policy: Policy, options: PlanOptions, *, progress: Progress = silent
) -> Prepared:
    """Return a settled district cut into atoms and cells, with neighbours known."""
    checked = index_tables(checked)
    known = checked.district
    atoms, tower_findings = make_atoms(known.buildings, known.compounds, known.sites, policy)
    progress(Event("cells", 0, len(atoms), known.name))
    ground = share_ground(known, atoms, policy)
    progress(Event("adjacency", 0, len(atoms), known.name))
    led, landing_findings = settle_landings(known.barriers, ground.between)
    checked = with_barriers(checked, append_rows(led, ground.between))
    edges = build_edges(ground.cells, atoms, checked.district.barriers, policy)
    edges, pocket_findings = join_empty_pockets(atoms, edges)
    given = special_grids(atoms, edges)
    questions = ask(atoms[given == ""], edges, policy, options.grids)
    if options.objective == "distance":
        questions = add_walking(questions, atoms)
    findings = [*checked.findings, *landing_findings, *tower_findings, *pocket_findings]
    findings += left_out_findings(ground, atoms)
    findings += tell_idle(checked.district.barriers, edges, ground.cells, policy)
    findings += check_codes(sorted(ground.outlines.index))
    return Prepared(checked, atoms, ground, edges, questions, given, tuple(findings))


def with_barriers(checked: Checked, barriers: gpd.GeoDataFrame) -> Checked:
    """Return a checked district with other barriers."""
    return replace(checked, district=replace(checked.district, barriers=barriers))


def index_tables(checked: Checked) -> Checked:
    """Return a settled district with buildings and communities indexed by their ids."""
    known = checked.district
    assert known.communities is not None, "check_district gives every district its communities"
    buildings = known.buildings.set_index("building_id", drop=False).rename_axis(None).sort_index()
    communities = known.communities.set_index("community_id", drop=False).rename_axis(None).sort_index()
    return replace(checked, district=replace(known, buildings=buildings, communities=communities))


def share_ground(district: District, atoms: gpd.GeoDataFrame, policy: Policy) -> Ground:
    """Return the ground of every atom, inside given outlines or inside outlines drawn around the buildings."""
    communities = district.communities
    assert communities is not None, "check_district gives every district its communities"
    given = communities.geometry
    outlines = outlines_around(atoms, district.barriers, policy) if given.isna().all() else given
    return draw_cells(atoms, outlines, district.barriers, policy)


def left_out_findings(ground: Ground, atoms: gpd.GeoDataFrame) -> list[Finding]:
    """Return a note for ground in no grid of communities that have grids."""
    built = set(atoms["community_id"])
    pieces = ground.left_out[ground.left_out["community_id"].isin(built)]
    return [
        Finding(
            "plan.ground_left_out",
            "note",
            {"community": c, "area_m2": round(float(g.area))},
            (),
            "communities",
        )
        for c, g in zip(pieces["community_id"], pieces.geometry)
    ]


def solve_prepared(
    prepared: Prepared, effort: Effort, options: PlanOptions, progress: Progress = silent
) -> dict[str, Solved]:
    """Return plan and certificate of every community that has something to plan."""
    problems = {c: question.problem for c, question in prepared.questions.items()}
    return solve_all(problems, effort, jobs=options.jobs, progress=progress)


def label_cells(prepared: Prepared, solved: dict[str, Solved]) -> pd.Series:
    """Return a label for the grid of each cell: ``community/number``, or ``community/given name``.

    Blank where there is no grid: communities without households, and ground without households that touches no grid.
    """
    community = prepared.atoms["community_id"].astype(str)
    labels = (community + "/" + prepared.given).where(prepared.given != "", "").astype(object)
    for community_id, question in prepared.questions.items():
        plan = solved[community_id][0]
        numbers = [f"{community_id}/{g}" if g not in plan.empty else "" for g in plan.assignment]
        labels[question.cells] = np.array(numbers, dtype=object)
    return join_bare_ground(prepared, labels)


def join_bare_ground(prepared: Prepared, labels: pd.Series) -> pd.Series:
    """Return labels in which ground without households that locked grids cut off joins the grid it touches most."""
    labels = labels.copy()
    edges = prepared.edges[prepared.edges["passable"]]
    sites = set(labels.index[prepared.given.str.startswith("s-")])
    edges = edges[~edges["cell_a"].isin(sites) & ~edges["cell_b"].isin(sites)]
    swapped = edges.rename(columns={"cell_a": "cell_b", "cell_b": "cell_a"})
    both = pd.concat([edges, swapped])[["cell_a", "cell_b", "boundary_m"]]
    while True:
        offers = both[(both["cell_a"].map(labels) == "") & (both["cell_b"].map(labels) != "")]
        if offers.empty:
            return labels
        offers = offers.sort_values(["boundary_m", "cell_a", "cell_b"], ascending=[False, True, True])
        best = offers.drop_duplicates("cell_a").set_index("cell_a")["cell_b"]
        labels[best.index] = labels[best.to_numpy()].to_numpy()


def pose_wishes(prepared: Prepared, policy: Policy, options: PlanOptions, wishes: Wishes) -> Prepared:
    """Return a prepared district whose problems know the old plan, and whose locked grids are given."""
    locked = wishes.locked.reindex(prepared.atoms.index).fillna("")
    given = prepared.given.where((prepared.given != "") | (locked == ""), "l-" + locked.astype(str))
    free = prepared.atoms[given == ""]
    questions = ask(free, prepared.edges, policy, options.grids, wishes)
    if options.objective == "distance":
        questions = add_walking(questions, free)
    return replace(prepared, given=given, questions=questions)
