"""What the documents say is true: commands, options, exit codes, links, the table of rules.

``python tests/test_docs.py`` writes the table of docs/rules.md anew from the policies.
"""

from __future__ import annotations

import doctest
import importlib
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from gridder import batch, cli, errors, tables
from gridder.outputs.workbook.write import SHEETS
from gridder.partition.bounds import cost_at_least, useful_below
from gridder.partition.frontier_steps import Prices
from gridder.partition.work import WORK
from gridder.policy import load_policy, policy_fields
from gridder.staffing.budget import Inputs, cost_communities
from gridder.staffing.posts import Case, staff_posts
from gridder.staffing.roster import CHECKS
from gridder.tables import COMMUNITY_STATUS, LAYERS
from gridder.text import say

ROOT = Path(__file__).parent.parent
README, CHINESE, RULES = ROOT / "README.md", ROOT / "README.zh.md", ROOT / "docs" / "rules.md"
METHOD, STAFFING = ROOT / "docs" / "method.md", ROOT / "docs" / "staffing.md"
PAGES = sorted([*ROOT.glob("*.md"), *(p for d in ("docs", "data", "maps", "benchmarks") for p in (ROOT / d).rglob("*.md")
                                      if p.relative_to(ROOT).parts[:2] != ("maps", "demo"))])  # fmt: skip
FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.M | re.S)
BEGIN, END = "<!-- rules -->\n", "<!-- end of rules -->\n"


def known_commands() -> dict[str, set[str]]:
    """Return command → its options as the command line has them."""
    group = typer.main.get_command(cli.cli)
    return {
        name: {w for p in command.params for w in (*p.opts, *p.secondary_opts) if w[0] == "-"} | {"--help"}
        for name, command in group.commands.items()  # type: ignore[attr-defined]
    }


COMMANDS = known_commands()


def blocks(page: Path) -> list[str]:
    """Return the code blocks of a page."""
    return FENCE.findall(page.read_text("utf-8"))


def prose(page: Path) -> str:
    """Return a page without its code blocks."""
    return FENCE.sub("", page.read_text("utf-8"))


def calls(page: Path) -> list[list[str]]:
    """Return the words after ``gridder`` of every call on a page, in blocks and in code spans."""
    text = "\n".join([*blocks(page), *re.findall(r"`([^`\n]+)`", prose(page))])
    found = re.findall(r"(?:^|[\s/\\])(?<!from )gridder (.+)$", text, re.M)
    return [re.split(r"\s+", re.sub(r"\s+#.*|\s*\|\|.*", "", call).strip()) for call in found]


def test_the_pages_are_there_and_the_fixtures_see_them():
    assert {"README.md", "README.zh.md", "CHANGELOG.md", "method.md", "rules.md", "data.md"} <= {
        p.name for p in PAGES
    }
    assert len(calls(README)) > 15 and ["demo"] in calls(README)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_call_on_a_page_is_one_the_command_line_takes(page):
    for words in calls(page):
        assert words[0] in {*COMMANDS, "--help"}, words
        for word in words[1:]:
            if word.startswith("-"):
                assert word.split("=")[0] in COMMANDS[words[0]], words


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_option_named_in_a_text_exists(page):
    options = set().union(*COMMANDS.values())
    named = set(re.findall(r"`(--[a-z-]+)", prose(page)))
    assert named <= options | {"--host", "--port"}, sorted(named - options)


@pytest.mark.parametrize("page", [README, CHINESE], ids=lambda p: p.name)
def test_the_readme_names_every_command_and_every_option(page):
    text = page.read_text("utf-8")
    missing = [name for name in COMMANDS if f"`gridder {name}" not in text]
    options = set().union(*COMMANDS.values()) - {"--help"}
    missing += [option for option in sorted(options) if f"`{option}" not in text]
    assert not missing


@pytest.mark.parametrize("page", [README, CHINESE], ids=lambda p: p.name)
def test_a_command_named_beside_an_option_takes_it(page):
    """The reader may copy it."""
    rows = [line.split(" | ") for line in page.read_text("utf-8").splitlines() if line.startswith("| `-")]
    told = {option: " ".join(row[1:]) for row in rows for option in re.findall(r"`(--?[a-z-]+)", row[0])}
    assert len(told) > 30
    for option, words in told.items():
        named = set(re.findall(r"`(?:gridder )?([a-z]+)`", words)) & set(COMMANDS)
        assert all(option in COMMANDS[name] for name in named), (option, named)
    assert {"check", "verify", "policy"} <= set(re.findall(r"`gridder ([a-z]+)`", told["--json"]))


def test_help_answers_for_every_command():
    told = CliRunner().invoke(cli.cli, ["--help"]).stdout
    for name in COMMANDS:
        assert name in told and CliRunner().invoke(cli.cli, [name, "--help"]).exit_code == 0


def promised_codes() -> set[int]:
    """Return every exit code the code can end with."""
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.GridderError)
    ]
    own = {value for name, value in vars(cli).items() if name.startswith("EXIT_")}
    return own | {kind.exit_code for kind in kinds} | {batch.EXIT_FAILED}


@pytest.mark.parametrize("page", [README, CHINESE], ids=lambda p: p.name)
def test_the_table_of_exit_codes_is_that_of_the_code(page):
    rows = re.findall(r"^\| (\d+) \| .+ \|$", page.read_text("utf-8"), re.M)
    assert [int(row) for row in rows] == sorted(promised_codes())


def anchor(heading: str) -> str:
    """Return the anchor of a heading, as code hosts make it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page):
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        path, _, place = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if link.startswith(("http:", "https:", "mailto:")):
            continue
        headings = (
            re.findall(r"^#+ (.+)$", prose(target), re.M)
            if target.suffix == ".md" and target.exists()
            else []
        )
        if not target.exists() or (place and place not in map(anchor, headings)):
            broken.append(link)
    assert not broken


def test_the_chinese_page_has_the_headings_and_commands_of_the_english_one():
    assert [len(h) for h in re.findall(r"^(#+) ", prose(CHINESE), re.M)] == [
        len(h) for h in re.findall(r"^(#+) ", prose(README), re.M)
    ]
    assert blocks(CHINESE) == blocks(README)


def test_every_layer_and_column_is_on_the_page_about_data():
    text = (ROOT / "docs" / "data.md").read_text("utf-8")
    names = [*LAYERS, *(column.name for columns in LAYERS.values() for column in columns)]
    assert not [name for name in names if f"`{name}`" not in text]


def rows_below(page: Path, head: str) -> list[list[str]]:
    """Return the cells of the table whose head begins with ``head``, bare of backticks; escaped bars are text."""
    rows = page.read_text("utf-8").split(f"| {head} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    cells = [re.split(r"(?<!\\)\|", row.strip().strip("|")) for row in rows]
    return [[cell.strip().replace("`", "").replace("\\|", "|") for cell in row] for row in cells]


@pytest.mark.parametrize(("page", "head"), [(README, "option"), (CHINESE, "选项")], ids=["en", "zh"])
def test_the_defaults_told_are_those_of_plan(page, head):
    plan = typer.main.get_command(cli.cli).commands["plan"]  # type: ignore[attr-defined]
    given = {word: param for param in plan.params for word in param.opts if word[0] == "-"}
    rows = [
        (re.findall(r"(?<!\w)--?[a-z][a-z-]*", shown), default)
        for shown, _, default in rows_below(page, head)
    ]
    assert sorted(word for words, _ in rows for word in words) == sorted(given)
    told = {words[0]: default for words, default in rows if len(words) == 1}
    actual = {word: getattr(given[word].default, "value", given[word].default) for word in told}
    set_ones = {word: str(value) for word, value in actual.items() if value not in (None, "", False)}
    assert {word: told[word] for word in set_ones} == set_ones


DELIVERED = {
    "grids": tables.GRID_COLUMNS,
    "buildings": tables.BUILDING_COLUMNS,
    "cells": tables.CELL_COLUMNS,
    "communities": tables.COMMUNITY_COLUMNS,
    "exceptions": tables.EXCEPTION_COLUMNS,
    "quarantine": tables.QUARANTINE_COLUMNS,
    "changes": tables.CHANGE_COLUMNS,
    "assignments.csv": tables.ASSIGNMENT_COLUMNS,
}


def test_every_column_of_a_delivery_is_told_in_order():
    told = {
        name: re.findall(r"[a-z0-9_]+", columns)
        for name, columns in rows_below(ROOT / "docs" / "data.md", "table")
    }
    assert set(told) == set(DELIVERED)
    for name, columns in DELIVERED.items():
        assert [word for word in told[name] if word in columns][: len(columns)] == list(columns), name


def test_every_status_of_a_community_is_explained():
    told = [row[0] for row in rows_below(ROOT / "docs" / "method.md", "status")]
    assert set(told) <= set(COMMUNITY_STATUS)
    assert set(COMMUNITY_STATUS) - set(told) <= {"failed"}  # no plan ends so: the nearest is delivered


# ── the staffing ──


def test_every_column_of_a_roster_every_check_and_every_sheet_is_on_the_page_about_staffing():
    text = STAFFING.read_text("utf-8")
    columns = [
        word for row in rows_below(STAFFING, "column | header") for word in re.findall(r"[a-z_]+", row[0])
    ]
    assert sorted(columns) == sorted(column.name for column in tables.ROSTER)
    assert [row[0] for row in rows_below(STAFFING, "check | asks")] == list(CHECKS)
    for name in (sheet.name for sheet in SHEETS):
        assert f"*{name}* {say('zh', f'workbook.sheet_{name.lower()}')}" in text, name


def test_the_posts_counted_by_hand_are_those_of_the_code():
    policy = load_policy("jilin-2020")
    posts = staff_posts(Case(4419, 11, party_present=2), policy)
    told = {row[0]: row[2] for row in rows_below(STAFFING, "step | how")}
    bold = {
        step: int(re.findall(r"\*\*(\d+)\*\*", value)[0]) for step, value in told.items() if "**" in value
    }
    assert bold == {
        "bottom of the band": posts.posts_min,
        "top of the band": posts.posts_max,
        "start": posts.start + posts.steps,
        "need, workers among the posts": posts.need,
        "recommended": posts.posts,
        "above need": posts.surplus,
    }
    assert told["other convention"].startswith(f"{posts.other_min} to {posts.other_max},")
    beside = f"{posts.other_need}; recommended {posts.other_posts}, shortage {posts.other_shortage}"
    assert told["need, workers beside them"] == beside
    assert told["hall, field"] == f"{posts.hall} and {posts.field}"


def test_the_budget_counted_by_hand_is_that_of_the_code():
    held = {"assistant_certified": [2], "certified": [3], "senior_certified": [1]}
    staff, posts = pd.DataFrame(held, dtype="Int64"), pd.Series([17], dtype="Int64")
    told = {row[0].split(" with")[0]: row[2] for row in rows_below(STAFFING, "line | how")}
    costs = [
        cost_communities(posts, staff, Inputs(220, 62000, 0.3, *amounts), load_policy("jilin-2020")).iloc[0]
        for amounts in ((), (600, 1200, 1000))
    ]
    first = costs[0]
    lines = {"pay pool": "pool", "employer's share": "employer", "certificate allowances": "allowances"}
    expected = {row: f"{first[line]:,.0f}" for row, line in lines.items()} | {"total": f"{first.total:,.0f}"}
    expected["base, performance"] = f"{first.base:,.0f} and {first.performance:,.0f}"
    assert {row: told[row] for row in expected} == expected
    assert rows_below(STAFFING, "line | how")[-1][2] == f"{costs[1].total:,.0f}"


# ── the method ──


def named_in_method() -> list[tuple[str, str]]:
    """Return the (module, name) of every part of the engine that the chapter on it names."""
    chapter = METHOD.read_text("utf-8").split("\n## Partition", 1)[1].split("\n## ", 1)[0]
    return sorted(set(re.findall(r"`([a-z_]+)\.([A-Za-z_.]+)`", chapter)) - {("plan", "json")})


def test_every_function_that_the_method_names_is_there():
    assert len(named_in_method()) > 25
    for module, name in named_in_method():
        found = importlib.import_module(f"gridder.partition.{module}")
        for part in name.split("."):
            found = getattr(found, part)


def evaluate(formula: str, values: dict[str, int]) -> float:
    """Return the value of a formula of the method, its letters being replaced."""
    for letters, word in {
        "Σπ": "atoms",
        "Σσ": "charges",
        "μ": "grid",
        "2s": "2 * s",
        "·": "*",
        "−": "-",
    }.items():
        formula = formula.replace(letters, word)
    return float(eval(formula.replace("/ 2 * s", "/ (2 * s)"), {}, values))


@pytest.mark.parametrize("seed", range(4))
def test_the_equations_of_the_method_are_those_of_the_code(seed):
    rng = np.random.default_rng(seed)
    atom, charges = rng.integers(-50, 500, 12), rng.integers(0, 90, 3)
    k, objective, least, grid, scale = (
        int(x) for x in rng.integers([1, 50, -99, -40, 1], [9, 900, 0, 40, 64])
    )
    prices = Prices(scale, atom, grid, np.zeros((3, 3), dtype=np.int64), charges)
    values = {"k": k, "U": objective, "r": least, "s": scale}
    values |= {"atoms": int(atom.sum()), "charges": int(charges.sum()), "grid": grid}
    formulas = {row[2]: evaluate(row[1], values) for row in rows_below(METHOD, "what | formula")}
    assert set(formulas) == {"bounds.cost_at_least", "bounds.useful_below"}
    assert math.ceil(formulas["bounds.cost_at_least"]) == cost_at_least(prices, least, k)
    assert formulas["bounds.useful_below"] == useful_below(prices, least, objective, k)


def test_the_limits_of_each_effort_are_those_of_the_code():
    rows = rows_below(METHOD, "effort | atoms")
    told = {row[0]: [float(x.replace(",", "")) for x in row[1:]] for row in rows}
    assert told == {name: [w.proof_atoms, w.proof_states, w.proof_work] for name, w in WORK.items()}


@pytest.mark.parametrize("page", [README, CHINESE], ids=lambda p: p.name)
def test_the_examples_of_the_readme_run(page):
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.M | re.S))
    example = doctest.DocTestParser().get_doctest(code, {}, page.name, str(page), 0)
    ran = doctest.DocTestRunner().run(example)
    assert ran.attempted > 8 and not ran.failed


def rules_table() -> str:
    """Return the table of all rules of the default policy, and what the other one changes."""
    ours, other = load_policy("jilin-2020"), load_policy("changchun-2020")
    rows = ["| rule | value | clause | force | words | means |", "|---|---|---|---|---|---|"]
    for name in policy_fields():
        source = ours.sources[name]
        force = say("en", f"cli.force_{source.force}")
        means = say("en", f"staffing.rule_{name}")
        rows.append(
            f"| `{name}` | {shown(getattr(ours, name))} | {source.clause} | {force} | {source.words} | {means} |"
        )
    rows += ["", "`changchun-2020` differs in", "", "| rule | value | source | words |", "|---|---|---|---|"]
    for name in policy_fields():
        source = other.sources[name]
        if getattr(ours, name) != getattr(other, name):
            rows.append(f"| `{name}` | {shown(getattr(other, name))} | {source.clause} | {source.words} |")
    return "\n".join(rows) + "\n"


def shown(value: object) -> str:
    """Return a value as a planner writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key} {shown(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def test_the_table_of_rules_is_that_of_the_policies():
    before, _, rest = RULES.read_text("utf-8").partition(BEGIN)
    table, end, _ = rest.partition(END)
    assert before and end and table == rules_table(), "write it anew: python tests/test_docs.py"


if __name__ == "__main__":
    head, _, tail = RULES.read_text("utf-8").partition(BEGIN)
    RULES.write_text(head + BEGIN + rules_table() + END + tail.partition(END)[2], "utf-8", newline="\n")
