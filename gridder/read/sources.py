"""Where the layers of an input are: a container, a folder, one file, or what ``district.yaml`` says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gridder.errors import Finding, InputError
from gridder.read.district_yaml import load_layout
from gridder.read.formats import CONTAINERS, DATA_FILES, list_layers
from gridder.read.settings import Layout, ReadOptions, Source
from gridder.tables import LAYERS, fold

SETTINGS_FILE = "district.yaml"
LAYER_NAMES: dict[str, tuple[str, ...]] = {
    "buildings": ("building", "楼栋", "建筑", "建筑物", "房屋"),
    "communities": ("community", "社区", "社区界", "社区边界"),
    "barriers": ("barrier", "障碍", "分隔线"),
    "compounds": ("compound", "小区", "小区界"),
    "sites": ("site", "专属网格", "特殊单位"),
    "previous_grids": ("previousgrids", "原网格", "现有网格", "旧网格"),
    "halls": ("hall", "服务大厅", "社区用房"),
    "workforce": ("社区工作者", "人员"),
}
STYLE_TABLE = "layer_styles"  # QGIS keeps styles there: no layer of anybody's


def find_layout(path: Path, options: ReadOptions) -> Layout:
    """Return where every layer of an input is.

    Raises
    ------
    InputError
        No such input, no buildings in it, or a layer named by the user that it does not have.
    """
    if not path.exists():
        raise InputError("errors.input_missing", file=str(path))
    if path.suffix.lower() in (".yaml", ".yml"):
        return rename_layers(load_layout(path), options)
    if path.is_dir() and path.suffix.lower() != ".gdb":
        if (path / SETTINGS_FILE).is_file():
            return rename_layers(load_layout(path / SETTINGS_FILE), options)
        return find_in_folder(path, options)
    if path.suffix.lower() in CONTAINERS:
        return find_in_container(path, options)
    if path.suffix.lower() not in DATA_FILES:
        raise InputError("errors.file_kind", file=path.name, known=" ".join(DATA_FILES))
    if options.layers.get("buildings", path.stem) != path.stem or set(options.layers) - {"buildings"}:
        wanted = ", ".join(sorted(options.layers.values()))
        raise InputError("errors.layer_missing", file=path.name, layer=wanted, layers=path.stem)
    return Layout((Source("buildings", path, path.name),))


def rename_layers(layout: Layout, options: ReadOptions) -> Layout:
    """Return a layout of ``district.yaml`` with the layers that ``--layer`` names."""
    there = {source.layer for source in layout.sources}
    for layer in options.layers:
        if layer not in there:
            label = layout.file.name if layout.file else ""
            raise InputError("errors.layer_missing", file=label, layer=layer, layers=", ".join(sorted(there)))
    sources = (replace(s, source_layer=options.layers.get(s.layer, s.source_layer)) for s in layout.sources)
    return replace(layout, sources=tuple(sources))


def layer_missing(label: str, layer: str, names: list[str]) -> InputError:
    """Return the error that an input has no such layer; ``names`` is what it has, perhaps nothing."""
    if not names:
        return InputError("errors.no_layers", file=label, layer=layer, known=" ".join(DATA_FILES))
    return InputError("errors.layer_missing", file=label, layer=layer, layers=", ".join(names))


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


def find_in_container(path: Path, options: ReadOptions) -> Layout:
    """Return the layers of a file that holds several."""
    listed = [(name, kind) for name, kind in list_layers(path) if name != STYLE_TABLE]
    names = [name for name, _ in listed]
    found = match_names(names, options, path.name)
    findings = []
    if "buildings" not in found:
        free = [n for n, kind in listed if n not in found.values() and may_be_buildings(path, kind)]
        if len(free) != 1:
            raise layer_missing(path.name, "buildings", names)
        found["buildings"] = free[0]
        findings.append(
            Finding("read.layer_taken", "note", {"file": path.name, "layer": free[0]}, layer="buildings")
        )
    ignored = [name for name in names if name not in found.values()]
    sources = tuple(Source(layer, path, path.name, found[layer]) for layer in LAYERS if layer in found)
    return Layout(sources, findings=tuple(findings + blame_ignored(path.name, ignored)))


def may_be_buildings(path: Path, kind: str | None) -> bool:
    """Whether a layer of this geometry type can hold buildings (a sheet of a workbook may hold points)."""
    if kind is None:
        return path.suffix.lower() in (".xlsx", ".xls")
    return any(word in kind for word in ("Polygon", "Point", "Surface", "Unknown", "Collection"))


def find_in_folder(path: Path, options: ReadOptions) -> Layout:
    """Return the layers of a folder with one file a layer."""
    files: dict[str, list[Path]] = {}
    for file in sorted(path.iterdir()):
        if file.suffix.lower() in DATA_FILES and not file.name.startswith(("~$", ".")):
            files.setdefault(file.stem, []).append(file)
    found = match_names(list(files), options, path.name)
    if "buildings" not in found:
        raise layer_missing(path.name, "buildings", [f.name for same in files.values() for f in same])
    sources = []
    for layer in LAYERS:
        same = files.get(found.get(layer, ""), [])
        if len(same) > 1:
            names = ", ".join(f.name for f in same)
            raise InputError("errors.layer_ambiguous", folder=path.name, layer=layer, files=names)
        sources += [Source(layer, file, file.name, inner_layer(file, layer)) for file in same]
    ignored = [f.name for stem, same in files.items() if stem not in found.values() for f in same]
    return Layout(tuple(sources), findings=tuple(blame_ignored(path.name, ignored)))


def inner_layer(file: Path, layer: str) -> str | None:
    """Return which layer of a container in a folder is meant: the one called like ours, else its only one."""
    if file.suffix.lower() not in CONTAINERS:
        return None
    names = [name for name, _ in list_layers(file) if name != STYLE_TABLE]
    matches = [name for name in names if fold(name) in (fold(layer), fold(file.stem))]
    if matches:
        return matches[0]
    if len(names) != 1 and file.suffix.lower() not in (".xlsx", ".xls"):
        raise layer_missing(file.name, layer, names)
    return names[0]


def blame_ignored(file: str, names: list[str]) -> list[Finding]:
    """Return the warning that layers were not recognised, if any were."""
    if not names:
        return []
    facts = {"file": file, "n": len(names), "layers": ", ".join(names), "known": ", ".join(LAYERS)}
    return [Finding("read.layers_ignored", "warning", facts)]
