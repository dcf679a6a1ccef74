"""A small hand-made district with its plan: ``sample_run()`` for tests that draw, write or read a delivery.

Three communities on a lattice of 100 m × 80 m cells, one building a cell, slightly bent:

    220202001001 柳堤社区, 8 × 5 cells      220202001002, 4 × 4      220202001003, empty, 1 × 2
        col 0 1 2   3 4 5 ║ 6 7
    row 4   001 001 001 003 003 901 ║ 005 005
    row 3   001 001 001 003 003 901 ║ 005 005    ║ railway without a crossing: 005 is a pocket of 246
    row 2   001 001 003 003 003 003 ║ 005 005
            ════════ river, one bridge ══════
    row 1   002 002 002 004 004 004 ║ 005 005
    row 0   002 002 002 004 004 004 ║ 005 005

The community 220202001002 and some of its buildings carry names that would run as HTML or as a template.
"""

from __future__ import annotations

import json
import math
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely import LineString, MultiPolygon, Point, Polygon, box, union_all
from shapely.affinity import translate

from gridder.effort import Effort
from gridder.errors import Finding
from gridder.policy import load_policy
from gridder.tables import (
    BUILDING_COLUMNS,
    CELL_COLUMNS,
    CHANGE_COLUMNS,
    COMMUNITY_COLUMNS,
    EXCEPTION_COLUMNS,
    QUARANTINE_COLUMNS,
    Run,
)

CRS = "EPSG:4551"  # CGCS2000, three-degree zone of 126°E
ORIGIN = (544_000.0, 4_856_000.0)  # Jilin city
CELL_M = (100.0, 80.0)
HOSTILE = "</script><img src=x onerror=alert(1)>"
TEMPLATE = "站前{{7*7}}社区"
FORMULA = "=1+1"

A, B, C = "220202001001", "220202001002", "220202001003"
GRIDS_A = (
    "002 002 002 004 004 004 005 005",
    "002 002 002 004 004 004 005 005",
    "001 001 003 003 003 003 005 005",
    "001 001 001 003 003 901 005 005",
    "001 001 001 003 003 901 005 005",
)  # row 0 first
GRIDS_B = ("001 001 002 002",) * 4
HOUSEHOLDS = {
    (A, "001"): (56, 48, 60, 44, 52, 48, 60, 36),
    (A, "002"): (72, 66, 0, 84, 70, 80),
    (A, "003"): (48, 52, 40, 0, 60, 54, 44, 50),
    (A, "004"): (80, 96, 72, 88, 60, 92),
    (A, "005"): (30, 24, 18, 30, 0, 24, 36, 30, 24, 30),
    (A, "901"): (0, 0),
    (B, "001"): (48, 42, 54, 60, 36, 48, 40, 44),
    (B, "002"): (50, 50, 36, 44, 60, 52, 48, 40),
    (C, ""): (0, 0),
}
COMPOUNDS_A = (
    ("锦绣家园", "001", 3, 4),
    ("东风小区", "001", 2, 2),
    ("堤南新居", "002", 0, 1),
    ("光明小区", "003", 2, 4),
)


def bend(x: float, y: float) -> tuple[float, float]:
    """Return a lattice point in the CRS, gently bent, to the millimetre."""
    bent_x = ORIGIN[0] + x + 14 * math.sin(y / 150) + 5 * math.sin(x / 90)
    bent_y = ORIGIN[1] + y + 10 * math.sin(x / 210) - 4 * math.cos(y / 70 + x / 160)
    return round(bent_x, 3), round(bent_y, 3)


def lattice_polygon(x0: float, y0: float, x1: float, y1: float) -> Polygon:
    """Return a bent rectangle."""
    return Polygon([bend(x0, y0), bend(x1, y0), bend(x1, y1), bend(x0, y1)])


def lattice_line(points: list[tuple[float, float]], pad: float = 60.0) -> LineString:
    """Return a line along lattice points, drawn out ``pad`` metres at both ends."""
    bent = [bend(*p) for p in points]
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = bent[0], bent[1], bent[-2], bent[-1]
    first, last = math.hypot(bx - ax, by - ay), math.hypot(dx - cx, dy - cy)
    start = (ax - (bx - ax) / first * pad, ay - (by - ay) / first * pad)
    end = (dx + (dx - cx) / last * pad, dy + (dy - cy) / last * pad)
    return LineString([start, *bent, end])


def footprint(cell: Polygon, shape: int) -> Polygon | MultiPolygon:
    """Return a building in the middle of its cell: a slab, an L or a tower, by ``shape``."""
    x, y = cell.centroid.x, cell.centroid.y
    if shape % 3 == 0:
        return box(x - 32, y - 7, x + 32, y + 7)
    if shape % 3 == 1:
        return union_all([box(x - 28, y - 2, x + 28, y + 11), box(x - 28, y - 16, x - 12, y - 2)])
    return box(x - 13, y - 12, x + 13, y + 12)


def sample_atoms() -> gpd.GeoDataFrame:
    """Return one row a lattice cell with its grid, households, names and both geometries."""
    rows: list[dict[str, Any]] = []
    taken: dict[tuple[str, str], int] = {}
    for community, plan, x_shift in ((A, GRIDS_A, 0.0), (B, GRIDS_B, 800.0), (C, (" ",), 1200.0)):
        for j, line in enumerate(plan):
            names = line.split() or ["", ""]
            for i, number in enumerate(names):
                key = (community, number)
                n = taken.get(key, 0)
                taken[key] = n + 1
                x0, y0 = x_shift + i * CELL_M[0], j * CELL_M[1]
                ground = lattice_polygon(x0, y0, x0 + CELL_M[0], y0 + CELL_M[1])
                rows.append(atom_row(community, number, HOUSEHOLDS[key][n], len(rows), ground))
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS).set_index("cell_id", drop=False)


def atom_row(community: str, number: str, households: int, n: int, ground: Polygon) -> dict[str, Any]:
    """Return one atom of the sample; every seventh building has a name worth being careful with."""
    odd = {42: HOSTILE, 46: FORMULA, 50: "“引号”'&<b>楼"}
    name = odd.get(n, f"{'柳堤路' if community == A else '站前街'}{n + 1}号楼")
    return {
        "cell_id": f"L{n + 1:03d}",
        "building_id": f"L{n + 1:03d}",
        "unit": "",
        "name": name,
        "households": households,
        "community_id": community,
        "grid_code": community + number if number else "",
        "count_missing": n == 4,
        "estimated": n == 11,
        "ground": ground,
        "geometry": footprint(translate(ground, 0, 6 if n % 2 else -3), n * 7 % 5),
    }


def sample_grids(atoms: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the grids with every column of ``GRID_COLUMNS`` and the tour."""
    rows = []
    for code, of_grid in atoms[atoms.grid_code != ""].groupby("grid_code", sort=True):
        ground = union_all(list(of_grid.ground))
        community, number, households = code[:12], code[12:], int(of_grid.households.sum())
        status = "special" if number == "901" else "lawful" if 300 <= households <= 500 else "exception"
        round_m = round(95.0 * len(of_grid))
        rows.append(
            {
                "grid_code": code,
                "community_id": community,
                "community": "柳堤社区" if community == A else TEMPLATE,
                "subdistrict": "临河街道",
                "grid_no": number,
                "households": households,
                "buildings": len(of_grid),
                "status": status,
                "reason": "",
                "remedy": "",
                "area_m2": round(ground.area, 1),
                "perimeter_m": round(ground.length, 1),
                "compactness": round(4 * math.pi * ground.area / ground.length**2, 3),
                "barrier_share": 0.42 if community == A else 0.0,
                "grid_worker": 1,
                "auxiliary_police": 1,
                "visits_per_day": round(households / 21.75, 1),
                "round_m": round_m,
                "round_min": round(round_m * 1.3 / 80, 1),
                "hall_minutes": 6.5,
                "previous_code": code if number in ("001", "002", "004") else None,
                "households_kept": households - 60 if number in ("001", "002", "004") else 0,
                "tour": None if status == "special" else json.dumps(list(of_grid.cell_id)),
                "geometry": ground,
            }
        )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS).set_index("grid_code", drop=False)


def sample_exceptions(lang: str, grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the one exception: the pocket east of the railway."""
    code = A + "005"
    households = int(grids.loc[code, "households"])
    elsewhere = int(grids[grids.community_id == A].households.sum()) - households
    facts = {
        "households": households,
        "minimum": 300,
        "maximum": 500,
        "short": 300 - households,
        "over": None,
    }
    facts |= {"community": "柳堤社区", "building": "", "barrier": "railway", "elsewhere": elsewhere}
    together = households + elsewhere
    remedies = [
        {
            "code": "open_crossing",
            "barrier": "railway",
            "households_together": together,
            "k_min": 4,
            "k_max": 6,
        },
        {"code": "merge_community", "community": TEMPLATE, "households": households + 752},
        {
            "code": "accept",
            "households": households,
            "minimum": 300,
            "maximum": 500,
            "difference": 300 - households,
        },
    ]
    zh = lang == "zh"
    row = {
        "community_id": A,
        "grid_code": code,
        "code": "pocket_too_small",
        "households": households,
        "reason": f"{households} 户自成一片" if zh else f"{households} households are cut off",
        "remedy": "开通一处人行通道" if zh else "Open one foot crossing",
        "clause": "A二(三)2",
        "facts": json.dumps(facts, ensure_ascii=False),
        "remedies": json.dumps(remedies, ensure_ascii=False),
        "geometry": grids.loc[code, "geometry"],
    }
    return gpd.GeoDataFrame([row], columns=[*EXCEPTION_COLUMNS, "facts", "remedies", "geometry"], crs=CRS)


def sample_communities(grids: gpd.GeoDataFrame, atoms: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the communities: one relaxed, one proven best, one empty."""
    spec: dict[str, tuple[Any, ...]] = {
        #    name, status, objective, bound, gap, kind, posts (min, max, n), present, hiring gap
        A: ("柳堤社区", "relaxed", 1_846.0, 1_824.0, 0.012, "fixed_k", (10, 15, 14), 11, 3),
        B: (TEMPLATE, "optimal", 320.0, 320.0, 0.0, "global", (10, 15, 11), pd.NA, pd.NA),
        C: ("工业园社区", "empty", None, None, None, "none", (10, 15, 10), 9, 1),
    }
    rows = []
    for community, (name, status, objective, bound, gap, kind, posts, present, gap_posts) in spec.items():
        mine = grids[grids.community_id == community]
        of_community = atoms[atoms.community_id == community]
        households = int(of_community.households.sum())
        field_staff = posts[2] - 2
        rows.append(
            {
                "community_id": community,
                "name": name,
                "subdistrict": "临河街道",
                "households": households,
                "buildings": len(of_community),
                "grids": len(mine),
                "grids_min": -(-households // 500) if households >= 300 else pd.NA,
                "grids_max": households // 300 if households >= 300 else pd.NA,
                "status": status,
                "objective_m": objective,
                "bound_m": bound,
                "gap": gap,
                "bound_kind": kind,
                "posts_min": posts[0],
                "posts_max": posts[1],
                "posts": posts[2],
                "hall_staff": 2,
                "field_staff": field_staff,
                "party_posts": 2,
                "grid_workers": len(mine),
                "auxiliary_police": len(mine),
                "shortage": max(0, len(mine) - field_staff),
                "round_min_max": mine.round_min.max() if len(mine) else None,
                "exceptions": int((mine.status == "exception").sum()),
                "present": present,
                "hiring_gap": gap_posts,
                "geometry": union_all(list(of_community.ground)),
            }
        )
    frame = gpd.GeoDataFrame(
        rows, columns=[*COMMUNITY_COLUMNS, "present", "hiring_gap", "geometry"], geometry="geometry", crs=CRS
    )
    whole = ["grids_min", "grids_max", "present", "hiring_gap"]
    return frame.astype(dict.fromkeys(whole, "Int64")).set_index("community_id", drop=False)


def sample_barriers() -> gpd.GeoDataFrame:
    """Return railway, river with a bridge, an arterial road, a road and a wall."""
    railway = lattice_line([(600, y) for y in range(0, 401, 80)])
    river = lattice_line([(x, 160) for x in range(0, 801, 100)]).buffer(13, cap_style="flat")
    arterial = lattice_line([(x, 0) for x in range(0, 1201, 100)], pad=30)
    road = lattice_line([(300, 0), (300, 80), (300, 160)], pad=20)
    wall = LineString([bend(500, 240), bend(500, 320), bend(500, 400)])
    bridge = Point(bend(200, 160))
    rows = [
        ("railway", "长松铁路", railway),
        ("river", "柳河", river),
        ("arterial", "解放大路", arterial),
        ("road", "建设路", road),
        ("wall", "松苑二中围墙", wall),
        ("crossing", "柳河桥", bridge),
    ]
    return gpd.GeoDataFrame(rows, columns=["kind", "name", "geometry"], geometry="geometry", crs=CRS)


def sample_edges(atoms: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return pairs of cells that share more than a metre, with what runs along them."""
    ids, grounds = list(atoms.cell_id), list(atoms.ground)
    rows = []
    for a in range(len(ids)):
        for b in range(a + 1, len(ids)):
            shared = grounds[a].intersection(grounds[b]).length if grounds[a].touches(grounds[b]) else 0.0
            if shared <= 1 or atoms.community_id.iloc[a] != atoms.community_id.iloc[b]:
                continue
            kind = edge_kind(a, b)
            rows.append(
                (ids[a], ids[b], round(shared), kind, round(shared * (1.0 if kind == "plain" else 0.1)))
            )
    table = pd.DataFrame(rows, columns=["cell_a", "cell_b", "boundary_m", "kind", "cost"])
    return table.assign(passable=~table["kind"].isin(["river", "railway"]))


def edge_kind(a: int, b: int) -> str:
    """Return the kind of edge between atoms ``a`` < ``b``, by their place in the lattice."""
    if a >= 40:
        return "plain"
    if b - a == 8 and a // 8 == 1:
        return "crossing" if a % 8 in (1, 2) else "river"
    if b - a == 1 and a % 8 == 5:
        return "railway"
    return "road" if b - a == 1 and a % 8 == 2 and a < 16 else "plain"


def sample_certificates() -> dict[str, dict[str, Any]]:
    """Return the certificates of the three communities."""

    def option(k: int, objective: float | None, low: int, high: int, proven: bool) -> dict[str, Any]:
        return {"k": k, "objective_m": objective, "smallest": low, "largest": high, "proven": proven}

    fifth = [
        option(4, 1_610.0, 372, 488, True),
        option(5, 1_846.0, 246, 488, False),
        option(6, 2_350.0, 246, 402, True),
    ]
    return {
        A: {
            "status": "relaxed", "objective_m": 1_846.0, "bound_m": 1_824.0, "bound_kind": "fixed_k",
            "gap": 0.012, "k": 5, "k_min": 4, "k_max": 6, "k_options": fifth, "pieces": 2,
        },
        B: {
            "status": "optimal", "objective_m": 320.0, "bound_m": 320.0, "bound_kind": "global", "gap": 0.0,
            "k": 2, "k_min": 2, "k_max": 2, "k_options": [option(2, 320.0, 372, 380, True)], "pieces": 1,
        },
        C: {
            "status": "empty", "objective_m": None, "bound_m": None, "bound_kind": "none", "gap": None,
            "k": 0, "k_min": None, "k_max": None, "k_options": [], "pieces": 1,
        },
    }  # fmt: skip


def sample_places(atoms: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    """Return compounds, sites, halls and previous grids."""
    compounds = []
    for name, number, row_min, row_max in COMPOUNDS_A:
        rows = pd.Series(range(len(atoms)), index=atoms.index) // 8
        mine = atoms[(atoms.grid_code == A + number) & rows.between(row_min, row_max)]
        compounds.append((name, union_all(list(mine.ground)).buffer(-9)))
    special = atoms[atoms.grid_code == A + "901"]
    sites = [("松苑二中", union_all(list(special.ground)))]
    halls = [(A, "柳堤社区党群服务中心", Point(bend(318, 200))), (B, "", Point(bend(1000, 30)))]
    west = lattice_polygon(0, 0, 300, 400)
    previous = [(A + "001", west), (A + "002", lattice_polygon(300, 0, 800, 400))]

    def frame(rows: list[Any], *columns: str) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(rows, columns=[*columns, "geometry"], geometry="geometry", crs=CRS)

    return {
        "compounds": frame(compounds, "name"),
        "sites": frame(sites, "name"),
        "halls": frame(halls, "community_id", "name"),
        "previous_grids": frame(previous, "grid_code"),
    }


def sample_staffing(communities: gpd.GeoDataFrame) -> dict[str, pd.DataFrame]:
    """Return small sheets of the workbook by name."""
    table = pd.DataFrame(communities.drop(columns="geometry")).reset_index(drop=True)
    sums = ["households", "grids", "posts", "grid_workers", "auxiliary_police"]
    by_subdistrict = table.groupby("subdistrict", as_index=False)[sums].sum()
    hiring = table[["community_id", "name", "posts", "present", "hiring_gap"]]
    return {"Communities": table, "Subdistricts": by_subdistrict, "Hiring": hiring}


def sample_run(lang: str = "zh") -> Run:
    """Return the whole sample, every table sorted and indexed as ``tables.Run`` says."""
    atoms = sample_atoms()
    grids = sample_grids(atoms)
    communities = sample_communities(grids, atoms)
    cells = gpd.GeoDataFrame(atoms[CELL_COLUMNS], geometry=gpd.GeoSeries(atoms.ground, crs=CRS))
    changes = [("L003", "", A + "002", A + "001", 0), ("L020", "", A + "002", A + "003", 54)]
    lost = {
        "building_id": "Q1",
        "households": None,
        "layer": "buildings",
        "row": 57,
        "reason": "geometry",
        "geometry": None,
    }
    return Run(
        district_id="220202",
        name="松苑区",
        crs=CRS,
        policy=load_policy(),
        lang=lang,
        grids=grids,
        buildings=atoms[[*BUILDING_COLUMNS, "geometry"]],
        cells=cells,
        communities=communities,
        exceptions=sample_exceptions(lang, grids),
        quarantine=gpd.GeoDataFrame(
            [lost], columns=[*QUARANTINE_COLUMNS, "geometry"], geometry="geometry", crs=CRS
        ),
        changes=pd.DataFrame(changes, columns=CHANGE_COLUMNS),
        edges=sample_edges(atoms),
        barriers=sample_barriers(),
        workforce=pd.DataFrame({"community_id": [A, C], "posts_now": [11, 9], "public_welfare": [1, 0]}),
        certificates=sample_certificates(),
        staffing=sample_staffing(communities),
        inputs=(
            {"file": "sample.gpkg", "sha256": "0" * 64, "layer": "buildings", "rows": 59, "columns": {}},
        ),
        options={
            "households_meaning": "常住",
            "grids": "target",
            "effort": "standard",
            "seed": Effort().seed,
        },
        findings=(Finding("check.count_missing", "warning", {"n": 1}, ("L005",), "buildings"),),
        **sample_places(atoms),
    )
