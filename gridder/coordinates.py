"""From degrees of any datum to metres: GCJ-02 and BD-09 undone exactly, one metric CRS for a district."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Proj, Transformer
from pyproj.exceptions import CRSError

Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
DATUMS: tuple[Datum, ...] = ("wgs84", "cgcs2000", "gcj02", "bd09")
SHIFTED: tuple[Datum, ...] = ("gcj02", "bd09")  # the datums of map services; the others lie where they say
DATUM_NAMES = {"wgs84": "WGS 84", "cgcs2000": "CGCS2000", "gcj02": "GCJ-02", "bd09": "BD-09"}

# The ellipsoid and the box of the GCJ-02 shift, as every public implementation has them.
GCJ_AXIS_M = 6378245.0
GCJ_ECCENTRICITY2 = 0.00669342162296594323
GCJ_BOX = (72.004, 0.8293, 137.8347, 55.8271)  # degrees; no shift outside
BD_TURN = np.pi * 3000.0 / 180.0
# each one shrinks the error a thousandfold, down to the cusp of the formula at 105°E (4e-12°)
ITERATIONS = 12

CGCS_BOX = (73.5, 18.0, 135.1, 53.6)  # degrees; inside it, the CGCS2000 3-degree zones are used
CGCS_FIRST_CODE, CGCS_FIRST_MERIDIAN, CGCS_LAST_MERIDIAN = 4534, 75, 135
# a projected metre may differ from a true one by this share (Web Mercator's does by more)
SCALE_TOLERANCE = 0.01

Degrees = NDArray[np.float64]


def in_box(lon: Degrees, lat: Degrees) -> NDArray[np.bool_]:
    """Return which places are in the box inside which GCJ-02 is shifted."""
    west, south, east, north = GCJ_BOX
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def gcj02_from_wgs84(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return GCJ-02 longitude and latitude of WGS 84 ones, degrees; unchanged outside China's box."""
    shifted_lon, shifted_lat = shift_to_gcj02(lon, lat)
    inside = in_box(lon, lat)
    return np.where(inside, shifted_lon, lon), np.where(inside, shifted_lat, lat)


def shift_to_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return the GCJ-02 formula as it is, beyond its box too."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    wave = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    angle = np.radians(lat)
    magic = 1.0 - GCJ_ECCENTRICITY2 * np.sin(angle) ** 2
    meridian = GCJ_AXIS_M * (1.0 - GCJ_ECCENTRICITY2) / magic**1.5
    parallel = GCJ_AXIS_M / np.sqrt(magic) * np.cos(angle)
    return lon + np.degrees(east / parallel), lat + np.degrees(north / meridian)


def bd09_from_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return BD-09 longitude and latitude of GCJ-02 ones, degrees."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BD_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def bd09_from_wgs84(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return BD-09 longitude and latitude of WGS 84 ones, degrees."""
    return bd09_from_gcj02(*gcj02_from_wgs84(lon, lat))


def wgs84_from(datum: Datum, lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return WGS 84 longitude and latitude of coordinates in ``datum``, degrees.

    The inverse is exact: the forward formula is iterated until its value is the input
    (error below 1e-11°, a micrometre). What the shift carried over the edge of the box is brought back into it.
    CGCS2000 and WGS 84 differ by centimetres and count as equal, as in PROJ.
    """
    if datum not in SHIFTED:
        return lon, lat
    if datum == "bd09":
        lon, lat = invert(bd09_from_gcj02, lon, lat)
    true_lon, true_lat = invert(shift_to_gcj02, lon, lat)
    inside = in_box(true_lon, true_lat)
    return np.where(inside, true_lon, lon), np.where(inside, true_lat, lat)


def invert(
    forward: Callable[[Degrees, Degrees], tuple[Degrees, Degrees]], lon: Degrees, lat: Degrees
) -> tuple[Degrees, Degrees]:
    """Return the places that ``forward``, which moves every place a little, brings to ``lon, lat``."""
    true_lon, true_lat = lon.copy(), lat.copy()
    for _ in range(ITERATIONS):
        shifted_lon, shifted_lat = forward(true_lon, true_lat)
        true_lon, true_lat = true_lon + (lon - shifted_lon), true_lat + (lat - shifted_lat)
    return true_lon, true_lat


def shifted_to(datum: Datum, lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return longitude and latitude in ``datum`` of WGS 84 ones, degrees."""
    if datum not in SHIFTED:
        return lon, lat
    return gcj02_from_wgs84(lon, lat) if datum == "gcj02" else bd09_from_wgs84(lon, lat)


def undo_datum(frame: gpd.GeoDataFrame, datum: Datum) -> gpd.GeoDataFrame:
    """Return a frame whose degrees are those of ``datum`` with true coordinates.

    Degrees become WGS 84 degrees (EPSG:4326). Projected coordinates are taken for degrees of ``datum`` that were
    projected as if they were WGS 84: they are unprojected, undone and projected again, and keep their CRS.
    """
    crs = CRS.from_user_input(frame.crs)
    there = back = None
    if crs.is_projected:
        there = Transformer.from_crs(crs, 4326, always_xy=True)
        back = Transformer.from_crs(4326, crs, always_xy=True)

    def shift(points: Degrees) -> Degrees:
        lon, lat = there.transform(*points.T) if there else points.T
        lon, lat = wgs84_from(datum, np.asarray(lon), np.asarray(lat))
        return np.column_stack(back.transform(lon, lat) if back else (lon, lat))

    geometry = shapely.transform(frame.geometry.to_numpy(), shift)
    moved = frame.set_geometry(gpd.GeoSeries(geometry, index=frame.index))
    return moved.set_crs(crs if crs.is_projected else 4326, allow_override=True)


def usable_crs(crs: CRS | None) -> CRS | None:
    """Return a CRS as a flat geographic or projected one, or None when it says nothing about the Earth."""
    if crs is None:
        return None
    flat = crs.to_2d() if len(crs.axis_info) > 2 and not crs.is_compound else crs
    if flat.is_compound:
        flat = flat.sub_crs_list[0]
    return flat if flat.is_geographic or flat.is_projected else None


def find_crs(text: object) -> CRS | None:
    """Return the CRS that a text or an EPSG number names, None where it names none that can be used."""
    try:
        return usable_crs(CRS.from_user_input(text))
    except CRSError:
        return None


def name_crs(crs: CRS) -> str:
    """Return a CRS in short: ``EPSG:4550``, or its name where it has no number."""
    return str(crs.to_string() if crs.to_epsg() else crs.name)


def find_middles(shapes: NDArray[np.object_]) -> Degrees:
    """Return the middle of each shape that has one, in its own coordinates. Shape (n, 2)."""
    bounds = shapely.bounds(shapes)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    return np.asarray((bounds[:, :2] + bounds[:, 2:]) / 2.0)


def is_metric(crs: CRS, x: float, y: float) -> bool:
    """Whether a length in ``crs`` at (x, y) is a length on the ground in metres, within 1 %."""
    if not crs.is_projected or any(axis.unit_conversion_factor != 1.0 for axis in crs.axis_info[:2]):
        return False
    to_degrees = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    lon, lat = to_degrees.transform(x, y)
    if not (np.isfinite(lon) and np.isfinite(lat)):
        return True  # nothing to measure by: the file's word counts
    factors = Proj(crs).get_factors(lon, lat)
    scales = (factors.meridional_scale, factors.parallel_scale)
    return all(abs(scale - 1.0) <= SCALE_TOLERANCE for scale in scales)


def metric_crs_at(lon: float, lat: float) -> CRS:
    """Return the metric CRS for a place: the CGCS2000 3-degree zone (EPSG:4534–4554) in China, else UTM."""
    west, south, east, north = CGCS_BOX
    if west <= lon <= east and south <= lat <= north:
        meridian = min(max(round(lon / 3.0) * 3, CGCS_FIRST_MERIDIAN), CGCS_LAST_MERIDIAN)
        return CRS.from_epsg(CGCS_FIRST_CODE + (meridian - CGCS_FIRST_MERIDIAN) // 3)
    zone = min(int((lon + 180.0) // 6.0) + 1, 60)
    return CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


def choose_metric_crs(frame: gpd.GeoDataFrame) -> CRS:
    """Return the CRS to plan in: the frame's own when it is metric, else the zone of its middle.

    The middle is the median of the places, so that a few rows gone astray do not move it.
    """
    crs = CRS.from_user_input(frame.crs)
    middles = find_middles(frame.geometry.to_numpy())
    if len(middles) == 0:
        return crs if crs.is_projected else metric_crs_at(0.0, 0.0)
    x, y = np.median(middles, axis=0)
    if is_metric(crs, x, y):
        return crs
    lon, lat = Transformer.from_crs(crs, 4326, always_xy=True).transform(x, y)
    return metric_crs_at(lon, lat)


# Families of Gauss–Krüger zones in use in China, and UTM: first and last EPSG code. Eastings of every other one carry
# the number of their zone (39 500 000), of the next ones they do not (500 000). EPSG registry.
ZONES = (
    (4513, 4533), (4534, 4554), (4491, 4501), (4502, 4512),  # CGCS2000
    (2349, 2369), (2370, 2390), (2327, 2337), (2338, 2348),  # Xi'an 1980
    (2401, 2421), (2422, 2442), (21413, 21423), (21453, 21463),  # Beijing 1954
    (32601, 32660), (32701, 32760),
)  # fmt: skip
# degrees beyond the area a CRS is meant for; neighbouring zones are used so far, not farther
AREA_MARGIN = 3.0


def readings_of(own: CRS) -> Iterator[tuple[CRS, bool]]:
    """Yield the CRSs that are mistaken for one another, each with whether X and Y are exchanged.

    First the own one with exchanged axes; of a zone, then those of all families of the same datum, both ways.
    """
    yield own, True
    code = own.to_epsg()
    family = next((pair for pair in ZONES if code is not None and pair[0] <= code <= pair[1]), None)
    if family is None:
        return
    datum = CRS.from_epsg(family[0]).geodetic_crs
    for first, last in ZONES:
        if CRS.from_epsg(first).geodetic_crs == datum:
            for other in range(first, last + 1):
                if other != code:
                    yield from ((CRS.from_epsg(other), swapped) for swapped in (False, True))


def degrees_at(crs: CRS, points: Degrees) -> Degrees:
    """Return longitude and latitude of points in ``crs``, to some hundred metres (its own datum). Shape (n, 2)."""
    if crs.is_geographic:
        return points
    return np.column_stack(Proj(crs)(points[:, 0], points[:, 1], inverse=True))


def name_reading(crs: CRS, swapped: bool) -> str:
    """Return a reading in short: its CRS, with a sign where X and Y are exchanged."""
    return f"{name_crs(crs)} (X ↔ Y)" if swapped else name_crs(crs)


def is_at_home(crs: CRS, x: float, y: float) -> bool:
    """Whether a place in ``crs`` lies in the area that the CRS is meant for, or near it; also where none is known."""
    lon, lat = degrees_at(crs, np.array([[x, y]]))[0]
    if not np.isfinite([lon, lat]).all() or abs(lat) > 90.0:
        return False
    code = crs.to_epsg()
    area = crs.area_of_use or (CRS.from_epsg(code).area_of_use if code else None)
    if area is None:
        return True
    beside = max(area.west - lon, lon - area.east) if area.west <= area.east else 0.0
    return max(beside, area.south - lat, lat - area.north) <= AREA_MARGIN


def readings_at_home(own: CRS, x: float, y: float) -> list[str]:
    """Return the readings of a place that lies nowhere in its own CRS which put it where they are meant for.

    Where many zones would do, that of the own zone's meridian is meant.
    """
    homes = [(crs, swapped) for crs, swapped in readings_of(own) if is_home_of(crs, x, y, swapped)]
    if len(homes) > 1:
        middle = central_meridian(own)
        homes = [one for one in homes if central_meridian(one[0]) == middle] or homes
    return [name_reading(*one) for one in homes[:2]]


def is_home_of(crs: CRS, x: float, y: float, swapped: bool) -> bool:
    """Whether a place is at home in ``crs``, its axes exchanged or not."""
    return is_at_home(crs, y, x) if swapped else is_at_home(crs, x, y)


def central_meridian(crs: CRS) -> float | None:
    """Return the longitude of natural origin of a projected CRS, degrees."""
    steps = crs.coordinate_operation.params if crs.coordinate_operation else []
    return next((float(step.value) for step in steps if step.name == "Longitude of natural origin"), None)
