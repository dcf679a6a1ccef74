"""Where the layers of an input are: a container, a folder, an archive, a database, or what ``district.yaml`` says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from gridder.addresses import is_address, parse_address
from gridder.errors import Finding, InputError
from gridder.read.barrier_layers import kind_by_name, named_barriers, tell_named
from gridder.read.district_yaml import load_layout, pointing
from gridder.read.formats import CONTAINERS, DATA_FILES, SHEETS, list_inner, list_layers
from gridder.read.places import Place, list_places, places_in
from gridder.read.postgis import list_tables
from gridder.read.settings import Layout, ReadOptions, Source
from gridder.read.zipped import ARCHIVES, Unpacked, unpack
from gridder.tables import LAYERS, fold

SETTINGS_FILE = "district.yaml"
LAYER_NAMES: dict[str, tuple[str, ...]] = {
    "buildings": ("building", "楼栋", "建筑", "建筑物", "房屋"),
    "communities": ("community", "社区", "社区界", "社区边界"),
    "barriers": ("barrier", "障碍", "分隔线"),
    "paths": (
        "path",
        "footpath",
        "footpaths",
        "footways",
        "sidewalks",
        "步行路",
        "步行路网",
        "步道",
        "人行道",
    ),
    "compounds": ("compound", "小区", "小区界"),
    "sites": ("site", "专属网格", "特殊单位"),
    "previous_grids": ("previousgrids", "原网格", "现有网格", "旧网格"),
    "halls": ("hall", "服务大厅", "社区用房"),
    "workforce": ("社区工作者", "人员", "花名册", "人员花名册", "社区工作者花名册", "roster"),
}


def find_layout(path: Path, options: ReadOptions) -> Layout:
    """Return where every layer of an input is.

    Raises
    ------
    InputError
        No such input, no buildings in it, or a layer named by the user that it does not have.
    """
    if is_address(path):
        return find_in_database(path, options)
    if not path.exists():
        raise InputError("errors.input_missing", file=str(path))
    suffix = path.suffix.lower()
    if suffix in (".yaml", ".yml"):
        return find_in_settings(path, options)
    if path.is_dir() and suffix not in DATA_FILES:
        if (path / SETTINGS_FILE).is_file():
            return find_in_settings(path / SETTINGS_FILE, options)
        return find_among(list_places(path, is_named(options)), path.name, options)
    if suffix in ARCHIVES:
        return find_in_archive(unpack(path), options)
    return find_in_file(Place(path, path.name, path.stem), options)


def find_in_file(place: Place, options: ReadOptions) -> Layout:
    """Return the layers of one file: those of a container, or buildings alone."""
    suffix = place.path.suffix.lower()
    if suffix not in DATA_FILES:
        raise InputError("errors.file_kind", file=place.label, known=" ".join((*DATA_FILES, *ARCHIVES)))
    if suffix in CONTAINERS:
        return find_in_container(place, options)
    if options.layers.get("buildings", place.name) not in (place.name, place.path.stem) or set(
        options.layers
    ) - {"buildings"}:
        wanted = ", ".join(sorted(options.layers.values()))
        raise InputError("errors.layer_missing", file=place.label, layer=wanted, layers=place.path.stem)
    return Layout((place.source("buildings"),))


def find_in_archive(unpacked: Unpacked, options: ReadOptions) -> Layout:
    """Return the layers in a zip archive: as in a folder, whatever folders are in it; one file is as that file alone."""
    label = unpacked.archive.name
    settings = sorted(unpacked.folder.rglob(SETTINGS_FILE), key=lambda file: (len(file.parts), str(file)))
    if settings:
        layout = find_in_settings(settings[0], options)
        return replace(layout, sources=tuple(lie_in(unpacked, one) for one in layout.sources), file=None)
    places = places_in(unpacked)
    if not places:
        raise InputError("errors.no_layers", file=label, layer="buildings", known=" ".join(DATA_FILES))
    return find_in_file(places[0], options) if len(places) == 1 else find_among(places, label, options)


def lie_in(unpacked: Unpacked, source: Source) -> Source:
    """Return a source of a ``district.yaml`` that lies in an archive as a file of that archive; no database does."""
    if source.address:
        return source
    place = Place.of_member(unpacked, source.path)
    return replace(source, label=place.label, archive=place.archive, member=place.member)


def find_in_settings(path: Path, options: ReadOptions) -> Layout:
    """Return the layout of a ``district.yaml`` with the layers that ``--layer`` names, archives unpacked."""
    layout = load_layout(path)
    there = {source.layer for source in layout.sources}
    for layer in options.layers:
        if layer not in there:
            raise InputError(
                "errors.layer_missing", file=path.name, layer=layer, layers=", ".join(sorted(there))
            )
    sources = (replace(s, source_layer=options.layers.get(s.layer, s.source_layer)) for s in layout.sources)
    return replace(layout, sources=tuple(map(open_archive, sources)))


def open_archive(source: Source) -> Source:
    """Return a source with the file taken out of the archive it names, if it names one."""
    if source.address is not None or source.path.suffix.lower() not in ARCHIVES:
        return source
    with pointing(source):
        place, inner = choose_member(source, places_in(unpack(source.path)))
    return replace(
        source,
        path=place.path,
        label=f"{source.label}/{place.member}",
        archive=place.archive,
        member=place.member,
        source_layer=inner,
    )


def choose_member(source: Source, places: list[Place]) -> tuple[Place, str | None]:
    """Return the file of an archive that is meant, and the layer in it: the only one, or the one called like the layer."""
    wanted = source.source_layer
    known = [fold(name) for name in (source.layer, *LAYER_NAMES[source.layer])]
    named = [one for one in places if one.path.stem == wanted]
    mine = named or (places if len(places) == 1 else [one for one in places if fold(one.path.stem) in known])
    if len(mine) != 1:
        raise layer_missing(source.label, wanted or source.layer, [one.path.name for one in places])
    return mine[0], None if named else wanted


def layer_missing(file: str, layer: str, names: list[str]) -> InputError:
    """Return the error that a layer is not there, with what is, or that there is nothing."""
    if names:
        return InputError("errors.layer_missing", file=file, layer=layer, layers=", ".join(names))
    return InputError("errors.no_layers", file=file, layer=layer, known=" ".join((*DATA_FILES, *ARCHIVES)))


def is_named(options: ReadOptions) -> frozenset[str]:
    """Return every name, folded, by which a layer goes: ours, the known ones, those of ``--layer``."""
    known = (name for layer in LAYERS for name in (layer, *LAYER_NAMES[layer]))
    return frozenset(fold(name) for name in (*known, *options.layers.values()))


def match_names(names: list[str], options: ReadOptions, label: str) -> dict[str, str]:
    """Return gridder's layer → name among ``names``; what the user says wins over what is recognised."""
    found: dict[str, str] = {}
    for layer, wanted in options.layers.items():
        if wanted not in names:
            raise layer_missing(label, wanted, names)
        found[layer] = wanted
    folded = {fold(name): name for name in reversed(names)}
    for layer in LAYERS:
        candidates = (layer, *LAYER_NAMES[layer])
        known = next((folded[fold(c)] for c in candidates if fold(c) in folded), None)
        if layer not in found and known is not None and known not in found.values():
            found[layer] = known
    return found


def find_in_database(address: Path, options: ReadOptions) -> Layout:
    """Return the tables of a database that are layers: named by ``--layer``, or recognised on its search path."""
    parsed = parse_address(address)
    if parsed is None or parsed.name is None:
        raise InputError("errors.database_address", file="postgresql://")
    tables = list_tables(parsed)
    near = list(dict.fromkeys(one.name for one in tables if one.place is not None))
    for wanted in options.layers.values():
        if wanted not in near and wanted not in [one.full for one in tables]:
            listed = ", ".join(one.full for one in tables) or "—"
            raise InputError("errors.table_missing", file=parsed.label, layer=wanted, layers=listed)
    found = match_names([*near, *(one.full for one in tables)], options, parsed.label)
    if "buildings" not in found:
        raise layer_missing(parsed.label, "buildings", [one.full for one in tables])
    extra = named_barriers(near, found)
    ignored = [name for name in near if name not in (*found.values(), *extra)]
    sources = [
        Source(layer, Path(parsed.label), parsed.label, name, address=parsed)
        for layer, name in in_order(found, extra)
    ]
    told = tell_named(parsed.label, extra) + blame_ignored(parsed.label, ignored)
    return Layout(tuple(sources), findings=tuple(told))


def in_order(found: dict[str, str], extra: list[str]) -> list[tuple[str, str]]:
    """Return (gridder's layer, its name here), gridder's order; last those that are barriers by their names."""
    return [(layer, found[layer]) for layer in LAYERS if layer in found] + [
        ("barriers", name) for name in extra
    ]


def find_in_container(place: Place, options: ReadOptions) -> Layout:
    """Return the layers of a file that holds several."""
    listed = list_layers(place.path)
    names = [name for name, _ in listed]
    found = match_names(names, options, place.label)
    extra = named_barriers(names, found)
    findings = tell_named(place.label, extra)
    if "buildings" not in found:
        free = [
            n
            for n, kind in listed
            if n not in (*found.values(), *extra) and may_be_buildings(place.path, kind)
        ]
        if len(free) != 1:
            raise layer_missing(place.label, "buildings", names)
        found["buildings"] = free[0]
        facts = {"file": place.label, "layer": free[0]}
        findings.append(Finding("read.layer_taken", "note", facts, layer="buildings"))
    ignored = [name for name in names if name not in (*found.values(), *extra)]
    sources = tuple(place.source(layer, name) for layer, name in in_order(found, extra))
    return Layout(sources, findings=tuple(findings + blame_ignored(place.label, ignored)))


def may_be_buildings(path: Path, kind: str | None) -> bool:
    """Whether a layer of this geometry type can hold buildings (a sheet of a workbook may hold points)."""
    if kind is None:
        return path.suffix.lower() in SHEETS
    return any(word in kind for word in ("Polygon", "Point", "Surface", "Unknown", "Collection"))


def find_among(places: list[Place], label: str, options: ReadOptions) -> Layout:
    """Return the layers among files: by the files' names first, then those of the layers in containers."""
    by_name: dict[str, list[tuple[Place, str | None]]] = {}
    for place in places:
        by_name.setdefault(place.name, []).append((place, None))
    named = is_named(options)
    for place in places:
        if fold(place.name) not in named and not kind_by_name(place.name):
            for inner in inner_names(place):
                if inner not in by_name or by_name[inner][0][1] is not None:
                    by_name.setdefault(inner, []).append((place, inner))
    found = match_names(list(by_name), options, label)
    if "buildings" not in found:
        raise layer_missing(label, "buildings", [place.label for place in places])
    extra = named_barriers(list(by_name), found)
    sources = []
    for layer, name in in_order(found, extra):
        same = by_name[name]
        if len(same) > 1:
            names = ", ".join(place.label for place, _ in same)
            raise InputError("errors.layer_ambiguous", folder=label, layer=layer, files=names)
        sources += [place.source(layer, inner or inner_layer(place, layer)) for place, inner in same]
    used = {source.path for source in sources}
    ignored = [place.label for place in places if place.path not in used]
    return Layout(tuple(sources), findings=tuple(tell_named(label, extra) + blame_ignored(label, ignored)))


def inner_names(place: Place) -> Iterable[str]:
    """Return the layers of a container that is not called like a layer; none of what cannot be read: it is ignored."""
    if place.path.suffix.lower() not in CONTAINERS:
        return []
    try:
        return list_inner(place.path)
    except InputError:
        return []


def inner_layer(place: Place, layer: str) -> str | None:
    """Return which layer of a container in a folder is meant: the one called like ours, else its only one."""
    suffix = place.path.suffix.lower()
    if suffix not in CONTAINERS:
        return None
    names = list_inner(place.path)
    known = [fold(name) for name in (layer, place.name, place.path.stem, *LAYER_NAMES[layer])]
    matches = [name for name in names if fold(name) in known]
    if matches:
        return matches[0]
    if suffix == ".dxf":
        return None  # all that is drawn
    if len(names) != 1 and (suffix not in SHEETS or not names):
        raise layer_missing(place.label, layer, names)
    return names[0]


def blame_ignored(file: str, names: list[str]) -> list[Finding]:
    """Return the warning that layers were not recognised, if any were."""
    if not names:
        return []
    facts = {"file": file, "n": len(names), "layers": ", ".join(names), "known": ", ".join(LAYERS)}
    return [Finding("read.layers_ignored", "warning", facts)]
