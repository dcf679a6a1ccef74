"""Plans by walking distance: the table of ways, questions that ask for it, and a small district from end to end."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from ground import CRS, atoms, barriers, crossing, house, outline
from small_district import EAST, write_small
from typer.testing import CliRunner

import gridder.walking
from gridder.adjacency import build_edges
from gridder.cells import draw_cells
from gridder.cli import cli
from gridder.errors import InputError
from gridder.partition.problem import plan_cost
from gridder.policy import load_policy
from gridder.problems import COST_UNITS_PER_M, ask
from gridder.text import say, say_error
from gridder.walking import add_walking, walking_metres

POLICY = load_policy()
HOUSES = {"a": house(10, 45), "b": house(60, 45), "c": house(110, 45), "d": house(160, 45)}


def questions_with(*lines):
    """The question of four houses in a row, 50 m apart, with some barriers; and the atoms."""
    table = atoms(HOUSES)
    drawn = barriers(*lines).set_crs(CRS, allow_override=True)
    ground = draw_cells(table, outline(0, 0, 200, 100), drawn, POLICY)
    edges = build_edges(ground.cells, table, drawn, POLICY)
    return ask(table, edges, POLICY, "target"), table


def test_ways_go_from_neighbour_to_neighbour_and_are_whole_metres():
    points = np.array([[0.0, 0.0], [30.0, 40.0], [30.0, 40.4], [500.0, 0.0]])
    ways = walking_metres(points, np.array([[0, 1], [1, 2]]))
    assert ways.tolist() == [[0, 50, 50, 0], [50, 0, 0, 0], [50, 0, 0, 0], [0, 0, 0, 0]]


def test_a_question_of_walking_costs_household_decimetres():
    questions, table = questions_with()
    problem = add_walking(questions, table)["C"].problem
    assert problem.travel.pull[:, 0].tolist() == [0, 100 * 500, 100 * 1000, 100 * 1500]
    assert plan_cost(problem, np.array([0, 0, 0, 0])) == 100 * (50 + 50 + 100) * COST_UNITS_PER_M
    assert questions["C"].problem.travel is None


def test_nobody_walks_across_rails_without_an_underpass():
    rails = ("railway", [(100, -5), (100, 105)])
    apart = add_walking(*questions_with(rails))["C"].problem
    assert [piece.tolist() for piece in apart.pieces] == [[0, 1], [2, 3]] and apart.travel.pull[0, 3] == 0
    under = add_walking(*questions_with(rails, crossing(100, 50)))["C"].problem
    assert len(under.pieces) == 1 and under.travel.pull[0, 3] == 100 * 1500


def test_a_community_too_large_for_a_table_is_refused(monkeypatch):
    monkeypatch.setattr(gridder.walking, "LARGEST_WALK", 3)
    with pytest.raises(InputError) as caught:
        add_walking(*questions_with())
    for lang in ("zh", "en"):
        assert "4" in say_error(lang, caught.value) and "boundary" in say_error(lang, caught.value)


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    """The small district planned by walking distance: (folder, record, input)."""
    place = tmp_path_factory.mktemp("walking")
    source = write_small(place / "small.gpkg")
    asked = ["plan", str(source), "--out", str(place / "out"), "--objective", "distance", "--effort", "quick"]
    told = CliRunner().invoke(cli, [*asked, "--lang", "en", "-q"])
    assert told.exit_code == 4, told.output  # the pocket behind the railway
    return place / "out", json.loads((place / "out" / "plan.json").read_text("utf-8")), source


def test_a_district_is_planned_by_walking_distance(delivered):
    folder, record, source = delivered
    assert record["options"]["objective"] == "distance"
    east = record["communities"][EAST]
    assert east["objective"] == "distance" and east["k"] == 2
    assert east["status"] in ("optimal", "bounded") and east["bound_m"] <= east["objective_m"]
    assert 40 * 50 * 11 < east["objective_m"] < 40 * 120 * 24  # household-metres, not metres of boundary
    told = CliRunner().invoke(cli, ["verify", str(folder), "--input", str(source), "--lang", "en"])
    assert told.exit_code == 0, told.output


def test_pages_say_that_walks_were_made_least(delivered):
    folder, record, _ = delivered
    page = (folder / "maps" / f"{EAST}.html").read_text("utf-8")
    value = round(record["communities"][EAST]["objective_m"] / 1000)
    for lang in ("zh", "en"):
        assert say(lang, "maps.walk_value", value=value) in page
        assert say(lang, "maps.col_walk") in page
    assert say("en", "maps.evidence_value", value=value) not in page


def test_a_plan_by_walking_can_be_made_again(delivered, tmp_path):
    folder, record, source = delivered
    asked = ["regenerate", str(source), "--from", str(folder), "--out", str(tmp_path / "again")]
    told = CliRunner().invoke(
        cli, [*asked, "--objective", "distance", "--effort", "quick", "--lang", "en", "-q"]
    )
    assert told.exit_code == 4, told.output
    again = json.loads((tmp_path / "again" / "plan.json").read_text("utf-8"))
    assert again["options"]["objective"] == "distance"
    before, after = record["communities"][EAST], again["communities"][EAST]
    assert after["k"] == before["k"] and after["objective_m"] <= before["objective_m"] * 1.001


def test_batch_passes_the_objective_on():
    from gridder.batch.tasks import options_of
    from gridder.request import Request

    words = options_of(replace(Request(), objective="distance"))
    assert words[words.index("--objective") + 1] == "distance"
