"""The judge of the benchmarks by itself: what is lawful, what an assignment is worth, which claims are false."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.instances import COMMUNITY, TIGHT, TOWERS, find_instances, make_instance, write_instances
from benchmarks.judge import holds, judge, neighbours, parts
from benchmarks.objectives import instance_value
from benchmarks.score import compare, contradict, main, remarks, score_all, score_answer, tabulate

SHARED = Path(__file__).parents[2] / "shared" / "benchmarks"


def lane(*households: int, **facts: object) -> dict:
    """A row of nodes, edges of cost 10, window 300–500."""
    n = len(households)
    return {
        "name": "lane", "objective": "cut", "k": None, "households_min": 300, "households_max": 500,
        "nodes": [{"id": i, "households": h} for i, h in enumerate(households)],
        "edges": [[i, i + 1, 10, None] for i in range(n - 1)],
        "best_known": None, "bound": None, "proven": False, "feasible": True, "reason": None, **facts,
    }  # fmt: skip


def claim(status: str, assignment: list[int], **facts: object) -> dict:
    """An answer as written to its file."""
    return {
        "status": status, "assignment": assignment, "objective": 10, "bound": None, "bound_kind": "none",
        "k": len(set(assignment)), "seconds": 0.5, "reasons": [], **facts,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "faults"),
    [
        ([0, 0, 1, 1], []),
        (["a", "a", "b", "b"], []),
        ([0, 1, 1, 0], ["grid 0: in pieces"]),
        (
            [0, 1, 1, 1],
            ["grid 0: 200 households, outside 300-500", "grid 1: 550 households, outside 300-500"],
        ),
    ],
)
def test_every_fault_is_named(labels, faults):
    assert list(judge(lane(200, 150, 150, 250), labels).faults) == faults


def test_the_number_asked_for_is_a_fault_too():
    assert judge(lane(200, 150, 150, 250, k=3), [0, 0, 1, 1]).faults == ("2 grids, asked for 3",)


@pytest.mark.parametrize("labels", [[0, 1], [0] * 5])
def test_labels_that_do_not_fit_are_refused(labels):
    with pytest.raises(ValueError, match="labels for 4 nodes"):
        judge(lane(1, 2, 3, 4), labels)


def test_distances_are_counted_from_the_best_member():
    case = lane(10, 20, 400, 70, objective="hop_distance")
    assert judge(case, [0, 0, 0, 0]).value == 2 * 10 + 20 + 70
    miles = [[abs(i - j) * 1.5 for j in range(4)] for i in range(4)]
    case |= {"objective": "moment_of_inertia", "distance_miles": miles}
    assert judge(case, [0, 0, 0, 0]).value == 9.0 * 10 + 2.25 * 20 + 2.25 * 70
    assert judge(case, [0, 1, 1, 0]).value is None  # no distance within a grid in pieces


@pytest.mark.parametrize("kind", [COMMUNITY, TOWERS, TIGHT])
def test_a_planted_answer_is_lawful_and_the_same_every_time(kind):
    instance, planted = make_instance(kind, 40, 5)
    assert judge(instance, planted).lawful
    assert make_instance(kind, 40, 5) == (instance, planted) != make_instance(kind, 40, 6)
    assert len(parts(neighbours(instance), range(40))) == 1
    assert all(i < j and cost >= 1 for i, j, cost, _ in instance["edges"])
    assert len({(i, j) for i, j, _, _ in instance["edges"]}) == len(instance["edges"])


def test_both_ways_to_count_agree():
    """The judge knows nothing of the code that the engine's answers are valued by."""
    instance, _ = make_instance(TOWERS, 25, 0)
    rng = np.random.default_rng(0)
    miles = rng.random((25, 25)).tolist()
    for objective in ("cut", "hop_distance", "moment_of_inertia"):
        case = instance | {"objective": objective, "distance_miles": miles}
        labels = [0] * 25
        assert judge(case, labels).value == pytest.approx(instance_value(case, labels))
    labels = rng.integers(0, 4, 25).tolist()
    assert judge(instance, labels).value == instance_value(instance, labels)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared instances are not here")
def test_the_judge_agrees_with_the_one_of_the_shared_instances():
    spec = importlib.util.spec_from_file_location("shared_judge", SHARED / "judge.py")
    other = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(other)
    rng = np.random.default_rng(1)
    instances = {path.name: path for path in find_instances([SHARED])}
    witnesses = [path for path in sorted((SHARED / "witness").rglob("*.json")) if path.name in instances]
    assert len(witnesses) > 40
    for path in witnesses:
        instance = json.loads(instances[path.name].read_text("utf-8"))
        labels = json.loads(path.read_text("utf-8"))["assignment"]
        mixed = list(labels)
        mixed[int(rng.integers(len(mixed)))] = labels[int(rng.integers(len(labels)))]
        for tried in (labels, mixed):
            found, expected = judge(instance, tried), other.judge(instance, {"assignment": tried})
            assert (found.lawful, found.k) == (expected["lawful"], expected["grids"])
            assert (found.smallest, found.largest) == (expected["smallest"], expected["largest"])
            assert found.value == pytest.approx(expected["value"]), path.name


@pytest.mark.parametrize(
    ("code", "nodes", "expected"),
    [
        ("building_too_large", [2], True), ("building_too_large", [1], False),
        ("component_too_small", [3], True), ("component_too_small", [0], False),
        ("component_between_k", [0], True), ("no_partner", [1], True), ("no_partner", [2], None),
        ("articulation", [1], None), ("no_partner", [], None),
    ],
)  # fmt: skip
def test_reasons_are_checked_by_their_numbers(code, nodes, expected):
    case = lane(280, 290, 620, 40)
    case["edges"] = case["edges"][:1]
    assert holds(case, {"code": code, "nodes": nodes}) is expected


LAWFUL, BROKEN = [0, 0, 1, 1], [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("facts", "answer", "false"),
    [
        ({}, claim("feasible", LAWFUL), []),
        ({"best_known": 10}, claim("optimal", LAWFUL, bound=10, bound_kind="global"), []),
        ({}, None, ["no answer"]),
        ({}, claim("feasible", [0]), ["not readable: 1 labels for 4 nodes"]),
        ({}, claim("feasible", BROKEN, objective=20), ["feasible, but grid 0: in pieces"]),
        ({}, claim("feasible", LAWFUL, objective=9), ["objective 9, but it is 10"]),
        ({}, claim("optimal", LAWFUL), ["optimal without a global bound"]),
        ({}, claim("optimal", LAWFUL, bound=10, bound_kind="fixed_k"), ["optimal without a global bound"]),
        ({}, claim("optimal", LAWFUL, bound=8, bound_kind="global"), ["optimal, but 10 is above its bound 8"]),
        ({"best_known": 5}, claim("optimal", LAWFUL, bound=10, bound_kind="global"),
         ["optimal at 10, but 5 is known", "bound 10, but 5 is known"]),
        ({}, claim("bounded", LAWFUL, bound=11, bound_kind="global"), ["bound 11, but 10 is known"]),
        ({"best_known": 5}, claim("bounded", LAWFUL, bound=6, bound_kind="fixed_k"), []),
        ({"known_by_k": {"2": {"best_known": 5}}}, claim("bounded", LAWFUL, bound=6, bound_kind="fixed_k"),
         ["bound 6, but 5 is known"]),
        ({}, claim("infeasible", BROKEN, objective=20, reasons=[{"code": "building_too_large", "nodes": [0]}]),
         ["infeasible, but a lawful answer is known", "reason building_too_large does not hold of [0]"]),
        ({"feasible": False}, claim("feasible", LAWFUL),
         ["lawful where the instance says that nothing is: instance in doubt"]),
        ({"feasible": False}, claim("infeasible", BROKEN, objective=20), ["infeasible without a reason"]),
        ({"feasible": False, "reason": "articulation"},
         claim("infeasible", BROKEN, objective=20, reasons=[{"code": "articulation", "nodes": [1]}]), []),
        ({"bound": 12}, claim("feasible", LAWFUL), ["10 is below the instance's bound 12: instance in doubt"]),
        ({}, claim("not_found", BROKEN, objective=20), []),
        ({}, claim("perfect", LAWFUL), ["unknown status perfect"]),
    ],
)  # fmt: skip
def test_false_claims_are_named(facts, answer, false):
    score = score_answer(lane(200, 150, 150, 250, **facts), "lanes", answer)
    assert score.false == false
    if false or answer["status"] == "not_found":
        assert not score.right or "doubt" in false[0]


def test_the_table_and_its_remarks():
    case = lane(200, 150, 150, 250, best_known=8)
    scores = [
        score_answer(case | {"name": "a"}, "lanes", claim("bounded", LAWFUL, bound=8, bound_kind="global")),
        score_answer(case | {"name": "b", "best_known": 12}, "lanes", claim("feasible", LAWFUL)),
        score_answer(
            case | {"name": "c", "feasible": False}, "walls", claim("not_found", BROKEN, objective=20)
        ),
    ]
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in tabulate(scores).splitlines()]
    assert rows[2] == ["lanes", "2", "2/2", "2/2", "0/2", "1/2", "1.2500", "1/2", "20.0 %", "0.50", "0.50"]
    assert rows[3][:4] == ["walls", "1", "0/1", "0/0"] and rows[4][:3] == ["all", "3", "2/3"]
    assert remarks(scores) == [
        "not found: c", "above best known: a 10 > 8 (25.00 %)", "BETTER than known: b 10 < 12",
    ]  # fmt: skip
    worse = [score_answer(s.instance, s.group, claim("not_found", BROKEN, objective=20)) for s in scores[:1]]
    assert compare(worse, scores) == ["worse: a bounded 10 → not_found None"]
    assert compare(scores, scores) == []


def test_answers_contradict_each_other():
    case = lane(200, 150, 150, 250, feasible=None)
    cheap = score_answer(case, "lanes", claim("feasible", LAWFUL))
    for facts, false in [
        ({"bound": 11, "bound_kind": "global"}, ["bound 11, but 10 elsewhere"]),
        ({"bound": 11, "bound_kind": "fixed_k"}, ["bound 11, but 10 elsewhere"]),
        ({"bound": 11, "bound_kind": "fixed_k", "k": 3}, []),
        ({"bound": 10, "bound_kind": "global"}, []),
    ]:
        high = score_answer(case, "lanes", claim("bounded", LAWFUL, **facts))
        high.false.clear()  # of its own value 10
        contradict([cheap], [high])
        assert (cheap.false, high.false) == ([], false)
    reasons = [{"code": "articulation", "nodes": [1]}]
    none = score_answer(case, "lanes", claim("infeasible", BROKEN, objective=20, reasons=reasons))
    none.false.clear()
    contradict([none], [cheap])
    assert none.false == ["infeasible, but feasible at 10 elsewhere"]


def test_a_folder_is_scored_from_files(tmp_path, capsys):
    sizes = {"communities": [20], "towers": [12], "tight": [24]}
    written = write_instances(tmp_path / "all", sizes, [1])
    assert [p.parent.name for p in written] == ["communities", "towers", "tight", "hopeless", "hopeless"]
    assert sorted(written) == sorted(find_instances([tmp_path / "all"]))  # neither witnesses nor answers
    answers = tmp_path / "answers"
    answers.mkdir()
    for path in written:
        instance = json.loads(path.read_text("utf-8"))
        witness = tmp_path / "all" / "witness" / path.parent.name / path.name
        if instance["feasible"]:
            labels = json.loads(witness.read_text("utf-8"))["assignment"]
            answer = claim("feasible", labels, objective=judge(instance, labels).value)
        else:
            everything = parts(neighbours(instance), range(len(instance["nodes"])))
            code, big = instance["reason"], max(instance["nodes"], key=lambda node: node["households"])["id"]
            named = [big] if code == "building_too_large" else everything[-1] + everything[0]
            odd = [p for p in everything if holds(instance, {"code": code, "nodes": p})]
            nodes = named if code == "building_too_large" else odd[0]
            reasons = [{"code": code, "nodes": nodes, "text": ""}]
            answer = claim("infeasible", [0] * len(instance["nodes"]), objective=None, reasons=reasons)
        (answers / path.name).write_text(json.dumps(answer), "utf-8")
    call = [
        str(tmp_path / "all"),
        str(answers),
        "--against",
        str(answers),
        "--out",
        str(tmp_path / "table.md"),
    ]
    assert main(call) == 0
    printed = capsys.readouterr().out
    assert "| all | 5 | 5/5 | 3/3 |" in printed and (tmp_path / "table.md").read_text("utf-8") == printed
    written[0].rename(tmp_path / "all" / "towers" / "moved.json")  # names count, not files
    (answers / written[1].name).unlink()
    assert main(call[:2]) == 1 and "FALSE towers_012_s1: no answer" in capsys.readouterr().out
    assert len(score_all(tmp_path / "all", answers)) == 5
