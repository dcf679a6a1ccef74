"""What a new user may have meant: layers and columns that were not recognised, and the options to copy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

from gridder.errors import Finding, InputError
from gridder.read.candidates import is_row_key, tell_candidates
from gridder.read.column_facts import tell_columns
from gridder.read.inventory import is_plain_folder, list_entries
from gridder.read.layer_guesses import Shown, show
from gridder.read.meant import Meant, propose
from gridder.read.opened import read_source
from gridder.read.settings import ReadOptions
from gridder.read.sources import SETTINGS_FILE
from gridder.text import typed

EXPLAINED = ("errors.column_needed", "errors.column_missing", "errors.layer_missing")


@contextmanager
def explaining(path: Path, options: ReadOptions) -> Iterator[None]:
    """Let an error about layers or columns say what the input holds and what was probably meant."""
    try:
        yield
    except InputError as error:
        raise explain(error, path, options) from None


def explain(error: InputError, path: Path, options: ReadOptions) -> InputError:
    """Return an error about layers or columns with everything the input holds, and what was probably meant."""
    if error.code not in EXPLAINED or not path.exists():
        return error
    try:
        tables = read_tables(path, options)
    except InputError:
        return error  # what cannot be listed cannot be explained
    meant = propose(tables, options)
    told = [*tell_nearest(error, meant), *(finding for one in meant for finding in tell_table(one))]
    return InputError(error.code, (*error.findings, *told, *tell_next(path, options, meant)), **error.facts)


def add_proposals(
    path: Path, options: ReadOptions, findings: list[Finding], *, divided: bool = True
) -> list[Finding]:
    """Return findings of a reading with what unrecognised layers may be, and which columns may hold ids.

    ``divided``: whether buildings or outlines say which communities there are.
    """
    codes = {finding.code for finding in findings}
    if (divided and not codes & {"read.layers_ignored", "read.ids_from_rows"}) or not path.exists():
        return findings
    meant = propose(read_tables(path, options), options)
    found = [
        name_ids(finding, meant) if finding.code == "read.ids_from_rows" else finding for finding in findings
    ]
    found += [] if divided else name_communities(meant)
    guessed = [one for one in meant if one.shown.guessed and one.layer != "buildings"]  # those were read
    told = [finding for one in guessed for finding in tell_table(one, in_full=False)]
    return found + told + (tell_next(path, options, meant) if told else [])


def name_communities(meant: list[Meant]) -> list[Finding]:
    """Return the warning that a column of the buildings may say their communities, where nothing else does."""
    buildings = next((one for one in meant if one.layer == "buildings"), None)
    offers = buildings.offers.get("community_id", []) if buildings else []
    if not offers or any(one.layer == "communities" for one in meant):
        return []
    best = offers[0].facts
    facts = {"column": best.name, "sample": best.sample, "n": best.distinct}
    return [Finding("columns.communities_found", "warning", facts, layer="buildings")]


def name_ids(finding: Finding, meant: list[Meant]) -> Finding:
    """Return the note that row numbers serve as ids with the column that could, if there is one."""
    buildings = next((one for one in meant if one.layer == "buildings"), None)
    offers = buildings.offers.get("building_id", []) if buildings else []
    if not offers:
        return finding
    best = offers[0].facts
    facts = finding.facts | {"column": best.name, "sample": best.sample}
    return Finding("columns.ids_found", finding.level, facts, layer=finding.layer)


def read_tables(path: Path, options: ReadOptions) -> list[Shown]:
    """Return every table of an input, read."""
    return [
        show(
            entry,
            read_source(entry.source, options.encoding, options.columns.get(entry.source.layer, {}).values()),
        )
        for entry in list_entries(path, options)
    ]


def tell_table(one: Meant, *, in_full: bool = True) -> list[Finding]:
    """Return what a table is taken for, then its missing columns with their candidates; in full: all its columns."""
    shown = one.shown
    facts = {
        "name": shown.entry.name,
        "rows": len(shown.table),
        "layer": one.layer,
        "shape": shown.shape,
        "held": round(100 * shown.held),
    }
    if not one.layer:
        return [Finding("columns.layer_unused", "note", facts)]
    how = "recognised" if not shown.guessed else "held" if shown.held else "guessed"
    told = [Finding(f"columns.layer_{how}", "note", facts, layer=one.layer)]
    for column in one.lacking:
        offers = one.offers.get(column, [])
        if not offers and not (column == "households" and one.offers.get("population")):
            told.append(Finding("columns.nothing_fits", "note", {"column": column}, layer=one.layer))
        told += tell_candidates(one.layer, offers)
    for column in one.chosen:
        if column not in one.lacking:
            told += tell_candidates(one.layer, one.offers[column][:1])
    if not (one.lacking and in_full):
        return told
    named = {offer.facts.name for column in one.lacking for offer in one.offers.get(column, [])}
    named |= {*one.chosen.values(), *one.known.values()}
    return told + tell_columns(
        one.layer,
        [facts for facts in shown.columns if facts.name not in named and not is_row_key(facts.name)],
    )


def tell_nearest(error: InputError, meant: list[Meant]) -> list[Finding]:
    """Return what is spelt most like a name that was stated and is not there."""
    wrong = str(error.facts.get("name", error.facts.get("layer", "")))
    if error.code == "errors.column_needed" or not wrong:
        return []
    names = [one.shown.entry.name for one in meant]
    if error.code == "errors.column_missing":
        here = [one for one in meant if one.layer == error.facts["layer"]]
        names = [facts.name for one in here for facts in one.shown.columns]
    folded = {name.casefold(): name for name in names}
    near = get_close_matches(wrong.casefold(), list(folded), n=3)
    facts = {"wrong": wrong, "near": ", ".join(folded[name] for name in near)}
    return [Finding("columns.nearest", "note", facts)] if near else []


def tell_next(path: Path, options: ReadOptions, meant: list[Meant]) -> list[Finding]:
    """Return the command to copy; beside it a ``district.yaml`` where barriers can be had, which no option can say."""
    told = []
    if any(one.layer and (one.shown.guessed or one.chosen) for one in meant):
        words = " ".join(["gridder check", typed(str(path)), *map(typed, option_words(options, meant))])
        told.append(Finding("columns.command", "note", {"command": words}))
    barriers = [one for one in meant if one.layer == "barriers" and one.shown.guessed]
    if barriers and not any(one.layer == "barriers" and not one.shown.guessed for one in meant):
        folder = path if path.is_dir() else path.parent
        file = folder / SETTINGS_FILE
        if not file.exists() and (path.is_file() or is_plain_folder(path)):
            facts = {"file": str(file), "text": settings_text(options, meant), "command": ""}
            facts["command"] = f"gridder check {typed(str(file))}"
            told.append(Finding("columns.settings", "note", facts))
    return told


def option_words(options: ReadOptions, meant: list[Meant]) -> list[str]:
    """Return the options that say what was recognised by nobody, and those that were stated, right ones only."""
    words = []
    used = [one for one in meant if one.layer and one.layer != "barriers"]
    names = {one.shown.entry.name for one in meant}
    layers = {layer: name for layer, name in options.layers.items() if name in names}
    layers |= {one.layer: one.shown.entry.name for one in used if one.shown.guessed}
    words += [word for layer, name in layers.items() for word in ("--layer", f"{layer}={name}")]
    for one in used:
        stated = options.columns.get(one.layer, {})
        columns = {c: name for c, name in stated.items() if one.known.get(c) == name} | one.chosen
        prefix = "" if one.layer == "buildings" else f"{one.layer}."
        if columns:
            words += ["--columns", ",".join(f"{prefix}{c}={name}" for c, name in columns.items())]
    for name, value in (("--crs", options.crs), ("--encoding", options.encoding)):
        words += [name, value] if value else []
    return words


def settings_text(options: ReadOptions, meant: list[Meant]) -> str:
    """Return a ``district.yaml`` that says what the options say, and names the barriers."""
    lines, barriers = [], []
    for one in meant:
        stated = {c: n for c, n in options.columns.get(one.layer, {}).items() if one.known.get(c) == n}
        columns = stated | one.chosen
        source = one.shown.entry.source
        file, layer = source.path.name, source.source_layer
        if source.archive is not None:
            file, layer = source.archive.archive.name, one.shown.entry.name
        parts = [f"file: {quoted(file)}"]
        if layer:
            parts.append(f"layer: {quoted(layer)}")
        if one.layer == "barriers" and one.shown.kind:
            parts.append(f"kind: {one.shown.kind}")
        if columns:
            parts.append("columns: {" + ", ".join(f"{c}: {quoted(n)}" for c, n in columns.items()) + "}")
        entry = "{" + ", ".join(parts) + "}"
        if one.layer == "barriers":
            barriers.append(f"  - {entry}")
        elif one.layer:
            lines.append(f"{one.layer}: {entry}")
    return "\n".join([*lines, "barriers:", *barriers])


def quoted(word: str) -> str:
    """Return a word as a YAML text."""
    plain = all(ch.isalnum() or ch in "_." for ch in word) and not word[:1].isdigit()
    return word if plain and word else '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
