"""Cases of files: what a format loses, what stands beside it, where its coordinates are."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from messy_town import CODES, Way, at, case, communities, houses, line, write

from gridder.coordinates import shifted_to
from gridder.synth import make_demo, write_layers


def shapefiles(folder: Path, buildings: gpd.GeoDataFrame, encoding: str = "UTF-8") -> Path:
    """Write the town as two shapefiles into a folder with a Chinese name; return the folder."""
    place = folder / "数据 2024"
    place.mkdir()
    buildings.to_file(place / "buildings.shp", encoding=encoding)
    communities().to_file(place / "communities.shp", encoding=encoding)
    return place


def table(folder: Path, **columns: object) -> Path:
    """Write the buildings as a CSV with ``lon`` and ``lat`` or what columns say; return its path."""
    points = houses(community_id=CODES).assign(geometry=lambda f: f.geometry.centroid).to_crs(4490)
    frame = pd.DataFrame(points.drop(columns="geometry")).assign(
        lon=points.geometry.x.round(9), lat=points.geometry.y.round(9)
    )
    path = folder / "buildings.csv"
    frame.assign(**columns).to_csv(path, index=False)
    return path


@case(
    {"errors.shapefile_without_dbf": None},
    "buildings.shp|.dbf|复制",
    "buildings.shp|.dbf|Copy",
    exit=3,
)
def shapefile_without_dbf(folder: Path) -> Path:
    """The columns of a shapefile were not copied."""
    place = shapefiles(folder, houses())
    (place / "buildings.dbf").unlink()
    return place


@case({"read.index_restored": None}, ".shx|未改动", ".shx|as they were")
def shapefile_without_shx(folder: Path) -> Path:
    """The index of a shapefile was not copied."""
    place = shapefiles(folder, houses())
    (place / "buildings.shx").unlink()
    return place


@case(
    {"errors.no_crs": None},
    "buildings|--crs EPSG:4549",
    "buildings|--crs EPSG:4549",
    Way("--crs EPSG:4549", delivered=True),
    exit=3,
)
def shapefile_without_prj(folder: Path) -> Path:
    """No shapefile says its coordinate system."""
    place = shapefiles(folder, houses())
    for file in place.glob("*.prj"):
        file.unlink()
    return place


@case({"read.encoding_guessed": None}, "GB18030|--encoding", "GB18030|--encoding", Way())
def gbk_without_cpg(folder: Path) -> Path:
    """Chinese names and texts in GBK, no .cpg: found out and said."""
    named = houses(name={n: f"东苑{n}号楼" for n in CODES}).rename(
        columns={"building_id": "楼栋编号", "households": "户数", "name": "楼栋名称"}
    )
    place = shapefiles(folder, named, "GBK")
    for file in place.glob("*.cpg"):
        file.unlink()
    return place


@case({}, "数据没有问题", "nothing wrong", exit=0)
def ten_letter_names(folder: Path) -> Path:
    """A shapefile cuts ``building_id`` to ``building_i``."""
    return shapefiles(folder, houses())


@case({"read.reprojected": None}, "EPSG:4549", "EPSG:4549")
def column_called_fid(folder: Path) -> Path:
    """A column ``fid`` beside the ids."""
    path = folder / "buildings.geojson"
    houses(fid={n: f"f{n}" for n in CODES}, community_id=CODES).to_crs(4326).to_file(path, driver="GeoJSON")
    return path


@case({}, "数据没有问题", "nothing wrong", exit=0)
def names_with_blanks_and_colons(folder: Path) -> Path:
    """Names with blanks and full-width colons."""
    return write(folder, houses().rename(columns={"building_id": "楼栋 编号：", "households": " 总 户 数："}))


@case({"read.ids_from_rows": None}, "1 至 16|--columns building_id=", "1 to 16|--columns building_id=")
def no_ids(folder: Path) -> Path:
    """No column of ids."""
    return write(folder, houses().drop(columns="building_id"))


@case({"read.layers_ignored": None}, "绿化带|--layer", "绿化带|--layer")
def unknown_layer(folder: Path) -> Path:
    """A layer gridder does not know."""
    return write(folder, 绿化带=communities()[["geometry"]])


@case({"errors.layer_missing": None}, "buildings|甲, 乙|--layer", "buildings|甲, 乙|--layer", exit=3)
def buildings_not_found(folder: Path) -> Path:
    """Two layers of polygons, neither called buildings."""
    path = folder / "town.gpkg"
    for name in ("甲", "乙"):
        houses().to_file(path, layer=name)
    return path


@case({"errors.file_unreadable": None}, "town.gpkg|损坏|重新复制", "town.gpkg|damaged|again", exit=3)
def damaged_file(folder: Path) -> Path:
    """A third of a GeoPackage."""
    path = write(folder)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    return path


@case({"errors.input_missing": None}, "nowhere.gpkg|不存在|路径", "nowhere.gpkg|does not exist|path", exit=3)
def file_not_there(folder: Path) -> Path:
    """A file that does not exist."""
    return folder / "nowhere.gpkg"


@case({"errors.yaml_key_unknown": None}, "2 行|colums", ":2:|colums", exit=3)
def mistake_in_district_yaml(folder: Path) -> Path:
    """A key of district.yaml misspelt."""
    write(folder)
    text = "district: {name: 松苑区}\nbuildings: {file: town.gpkg, colums: {households: 户数}}\n"
    (folder / "district.yaml").write_text(text, "utf-8")
    return folder


@case({}, "数据没有问题", "nothing wrong", exit=0)
def zip_of_shapefiles(folder: Path) -> Path:
    """Everything in one archive."""
    place = shapefiles(folder, houses())
    path = folder / "town.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        for file in sorted(place.iterdir()):
            zipped.write(file, file.name)
    return path


# ── coordinates ──


@case({}, "数据没有问题", "nothing wrong", Way(), exit=0)
def layers_in_different_crs(folder: Path) -> Path:
    """Buildings in metres, outlines in degrees, a wall in US survey feet."""
    wall = communities().to_crs(4490)
    walls = gpd.GeoDataFrame({"kind": ["wall"]}, geometry=[line((0, 45), (200, 45))], crs=houses().crs)
    feet = "+proj=tmerc +lat_0=0 +lon_0=120 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=us-ft +no_defs"
    return write(folder, communities=wall, barriers=walls.to_crs(feet))


@case({"read.reprojected": None}, "米|EPSG:", "metres|EPSG:")
def buildings_in_feet(folder: Path) -> Path:
    """Buildings in US survey feet."""
    feet = "+proj=tmerc +lat_0=0 +lon_0=120 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=us-ft +no_defs"
    return write(folder, houses().to_crs(feet))


@case({"errors.no_crs": None}, "--crs", "--crs", Way("--crs EPSG:4549"), exit=3)
def wkt_without_srid(folder: Path) -> Path:
    """A table of WKT in metres; nothing says in which coordinate system."""
    path = folder / "buildings.csv"
    frame = houses(community_id=CODES)
    pd.DataFrame(frame.drop(columns="geometry")).assign(wkt=frame.geometry.to_wkt()).to_csv(path, index=False)
    return path


@case({"read.degrees_assumed": None}, "WGS 84|--coords gcj02", "WGS 84|--coords gcj02")
def table_of_degrees(folder: Path) -> Path:
    """A table with lon and lat."""
    return table(folder)


@case({"errors.degrees_swapped": None}, "填反|对调", "swapped|exchange", exit=3)
def longitude_and_latitude_swapped(folder: Path) -> Path:
    """The two columns exchanged."""
    frame = pd.read_csv(table(folder))
    return table(folder, lon=frame["lat"], lat=frame["lon"])


@case({"errors.not_degrees": None}, "不是经纬度|--crs", "not degrees|--crs", exit=3)
def metres_called_degrees(folder: Path) -> Path:
    """Metres in the columns lon and lat."""
    centres = houses().geometry.centroid
    return table(folder, lon=centres.x.to_numpy(), lat=centres.y.to_numpy())


def as_from(true: gpd.GeoDataFrame, datum: str) -> gpd.GeoDataFrame:
    """Return a layer as a map service gives it: shifted degrees called WGS 84."""
    degrees = true.to_crs(4326)
    moved = shapely.transform(
        degrees.geometry.to_numpy(), lambda points: np.column_stack(shifted_to(datum, *points.T))
    )
    return degrees.set_geometry(gpd.GeoSeries(moved, index=degrees.index, crs=4326))


def shifted(folder: Path, datum: str) -> Path:
    """Write ninety-six buildings as a map service gives them, beside true outlines."""
    shapes = {
        f"{side}{n}": at(200 * (side == "b") + 10 + 15 * (n % 12), 12 + 22 * (n // 12), 8, 8)
        for side in "ab"
        for n in range(1, 49)
    }
    names = {name: name for name in shapes}
    true = houses(building_id=names, geometry=shapes, households=dict.fromkeys(names, 8))
    return write(folder, as_from(true, datum))


@case(
    {"datum.communities_shifted": None},
    "--coords buildings=gcj02|地图服务",
    "--coords buildings=gcj02|map service",
    Way("--coords buildings=gcj02", planned=768, delivered=True),
)
def gcj02_called_wgs84(folder: Path) -> Path:
    """Buildings from a Chinese map service, their degrees called WGS 84."""
    return shifted(folder, "gcj02")


@case(
    {"datum.communities_shifted": None},
    "--coords buildings=bd09|地图服务",
    "--coords buildings=bd09|map service",
    Way("--coords buildings=bd09", planned=768),
)
def bd09_called_wgs84(folder: Path) -> Path:
    """The same from another map service."""
    return shifted(folder, "bd09")


@case(
    {"datum.apart_mends": None},
    "communities|公里|EPSG:4549",
    "communities|km|EPSG:4549",
)
def wrong_zone(folder: Path) -> Path:
    """Outlines that claim the zone beside the right one."""
    return write(folder, communities=communities().set_crs("EPSG:4548", allow_override=True))


@case(
    {"errors.not_degrees": None},
    "buildings|--crs",
    "buildings|--crs",
    exit=3,
)
def metres_claimed_as_degrees(folder: Path) -> Path:
    """Metres in a file that claims degrees."""
    return write(folder, houses().set_crs(4326, allow_override=True))


@case(
    {"datum.barriers_shifted": None},
    "--coords barriers=gcj02|地图服务",
    "--coords barriers=gcj02|map service",
)
def roads_from_a_map_service(folder: Path) -> Path:
    """Four communities of the demo district, the barriers from a Chinese map service: buildings stand on streets."""
    demo = make_demo()
    here = demo["communities"].iloc[4:8]
    buildings = demo["buildings"][demo["buildings"].intersects(here.union_all())]
    path = folder / "town.gpkg"
    layers = {"buildings": buildings, "communities": here, "barriers": as_from(demo["barriers"], "gcj02")}
    write_layers(layers, path)
    return path
