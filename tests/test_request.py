"""What a command line asks for: words that mean something pass, others are refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridder.errors import PolicyError, UsageError
from gridder.policy import load_policy
from gridder.request import Request, name_of_input, parse_grids, refuse_no_date


@pytest.mark.parametrize(("text", "rule"), [("target", "target"), ("free", "free"), ("1", 1), ("012", 12)])
def test_numbers_of_grids(text, rule):
    assert parse_grids(text) == rule


@pytest.mark.parametrize("text", ["", "0", "-3", "2.5", "Target", "３", "²", "many"])
def test_what_is_no_number_of_grids(text):
    with pytest.raises(UsageError) as caught:
        parse_grids(text)
    assert caught.value.code == "errors.grids_word" and caught.value.facts == {"text": text}


@pytest.mark.parametrize("text", ["", "2026-01-01", "2028-02-29"])
def test_dates_and_no_date(text):
    refuse_no_date(text)
    assert Request(effective_date=text).plan_options().effective_date == text


@pytest.mark.parametrize("text", ["2026-02-29", "20260101", "2026-1-1", "2026-W01-1", "今天", " 2026-01-01"])
def test_what_is_no_date(text):
    with pytest.raises(UsageError):
        Request(effective_date=text).plan_options()


def test_columns_and_layers_may_be_said_in_pieces():
    request = Request(
        columns=["households=户数，name=楼名", "communities.name=SQMC"], layer=["communities=iris"]
    )
    options = request.read_options()
    assert options.columns == {
        "buildings": {"households": "户数", "name": "楼名"},
        "communities": {"name": "SQMC"},
    }
    assert options.layers == {"communities": "iris"}
    assert request.plan_options().asked["columns"] == options.columns  # the record keeps what was asked


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("columns", "households", "errors.pair_expected"),
        ("columns", "=户数", "errors.pair_expected"),
        ("columns", "familes=户数", "errors.column_name_unknown"),
        ("columns", "roads.name=NAME", "errors.layer_name_unknown"),
        ("layer", "roads=osm", "errors.layer_name_unknown"),
    ],
)
def test_what_gridder_does_not_know_is_named(field, text, code):
    with pytest.raises(UsageError) as caught:
        Request(**{field: [text]}).plan_options()
    assert caught.value.code == code


def test_the_command_line_goes_before_district_yaml_before_the_default():
    settings = {"policy": "changchun-2020"}
    assert Request(policy="jilin-2020").policy_of(settings) == load_policy("jilin-2020")
    assert Request().policy_of(settings) == load_policy("changchun-2020")
    assert Request().policy_of({}) == load_policy()
    with pytest.raises(PolicyError):
        Request(policy="jilin-1920").policy_of(settings)


def test_effort_and_seed_are_those_asked_for():
    effort = Request(effort="prove", seed=7).effort_of()
    assert (effort.name, effort.seed) == ("prove", 7)


def test_a_geodatabase_is_named_without_its_ending(tmp_path):
    for name in ("城区.gdb", "2026.数据"):
        (tmp_path / name).mkdir()
    assert name_of_input(tmp_path / "城区.gdb") == "城区"
    assert name_of_input(tmp_path / "2026.数据") == "2026.数据"
    assert name_of_input(Path("a/b.c.gpkg")) == "b.c"
