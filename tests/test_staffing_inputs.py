"""What a county states: what cannot be is refused, what is unusual is told, with file, key and line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from inputs import street

from gridder.errors import Finding, InputError, UsageError
from gridder.read import read_district
from gridder.read.settings import parse_columns, parse_layers, parse_staffing
from gridder.read.staffing_inputs import BOUNDS, judge_given, judge_input, state_inputs
from gridder.request import Request
from gridder.text import say_error, say_finding

# input, a usual value, an unusual one, one that cannot be
VALUES = [
    ("county_cap", 220, 5, 2_000_000),
    ("reference_wage_yuan_year", 62_000, 20_000, 5_166),
    ("employer_rate", 0.3, 0.05, 30),
    ("medical_check_yuan_year", 800, 6_000, 176_000),
    ("paid_leave_yuan_year", 2_000, 40_000, 440_000),
    ("emergency_yuan_year", 0, 40_000, 440_000),
]


def district_with(folder: Path, staffing: str) -> Path:
    """Write a street and a district.yaml whose line 3 is ``staffing``; return the latter."""
    street().to_file(folder / "b.gpkg")
    path = folder / "district.yaml"
    path.write_text(f"buildings: {{file: b.gpkg}}\nstaffing:\n  {staffing}\n", "utf-8")
    return path


def test_every_input_has_its_line_here() -> None:
    """No input without a case."""
    assert [row[0] for row in VALUES] == list(BOUNDS)


@pytest.mark.parametrize(("key", "usual", "odd", "wrong"), VALUES)
def test_what_cannot_be_is_refused_and_what_is_unusual_told(
    key: str, usual: float, odd: float, wrong: float, tmp_path: Path
) -> None:
    """The same judgement for the file, with its line, and for the option."""
    assert parse_staffing([f"{key}={usual}"]) == {key: usual}
    assert judge_input(key, usual, "") is None
    with pytest.raises(UsageError) as caught:
        parse_staffing([f"{key}={wrong}"])
    assert caught.value.code == f"inputs.refused_{key}" and caught.value.facts["value"] == str(wrong)

    assert read_district(district_with(tmp_path, f"{key}: {usual}")).settings["staffing"] == {key: usual}
    warned = [
        f for f in read_district(district_with(tmp_path, f"{key}: {odd}")).findings if f.level == "warning"
    ]
    told = next(f for f in warned if f.code == f"inputs.unusual_{key}")
    assert (told.facts["file"], told.facts["line"], told.facts["key"]) == ("district.yaml", 3, key)
    with pytest.raises(InputError) as stopped:
        read_district(district_with(tmp_path, f"{key}: {wrong}"))
    (finding,) = stopped.value.findings
    assert finding.code == f"inputs.refused_{key}" and finding.facts["where"] == "district.yaml:3"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("key", "usual", "odd", "wrong"), VALUES)
def test_sentences_name_place_key_and_value(
    key: str, usual: float, odd: float, wrong: float, lang: str
) -> None:
    """Each sentence can be said and says where, what and how much."""
    for value in (odd, wrong):
        finding = judge_input(key, value, "district.yaml:3")
        assert finding is not None
        line = say_finding(lang, finding)
        assert "district.yaml:3" in line and key in line and str(value) in line and "{" not in line


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("county_cap", "errors.pair_expected"),
        ("cap=220", "inputs.unknown"),
        ("county_cap=many", "inputs.no_number"),
        ("county_cap=220.5", "inputs.not_whole"),
        ("employer_rate=30%", "inputs.no_number"),
        ("employer_rate=nan", "inputs.no_number"),
        ("employer_rate=inf", "inputs.no_number"),
        ("employer_rate=-0.1", "inputs.refused_employer_rate"),
        ("reference_wage_yuan_year=62,000", "errors.pair_expected"),
    ],
)
def test_an_option_that_says_nothing_usable(text: str, code: str) -> None:
    """Each with its own sentence; a separator of thousands does not make a wage of 62 yuan."""
    with pytest.raises(UsageError) as caught:
        Request(staffing=[text]).plan_options()
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("employer_rate: '0.3'", "errors.yaml_number"),
        ("employer_rate: true", "errors.yaml_number"),
        ("employer_rate: -0.3", "errors.yaml_number"),
        ("employer_rate: .nan", "errors.yaml_number"),
        ("county_cap: 220.5", "inputs.not_whole"),
        ("county_cup: 220", "errors.yaml_key_unknown"),
        ("medical_check_yuan_year: [800]", "errors.yaml_number"),
    ],
)
def test_a_file_that_says_nothing_usable(line: str, code: str, tmp_path: Path) -> None:
    """Wrong types and unknown keys are refused with their line."""
    with pytest.raises(InputError) as caught:
        read_district(district_with(tmp_path, line))
    (finding,) = caught.value.findings
    assert finding.code == code and finding.facts["line"] == 3


def test_the_option_wins_over_the_file(tmp_path: Path) -> None:
    """What the option replaces is told no more; what it leaves stays as the file has it; the record keeps the option."""
    path = district_with(tmp_path, "{employer_rate: 0.05, county_cap: 5}")
    request = Request(staffing=["employer_rate=0.35，reference_wage_yuan_year=62000"])
    district = request.state_inputs(read_district(path))
    stated = {"employer_rate": 0.35, "county_cap": 5, "reference_wage_yuan_year": 62_000}
    assert district.settings["staffing"] == stated
    codes = [f.code for f in district.findings if f.code.startswith("inputs.")]
    assert codes == ["inputs.unusual_county_cap"]
    assert request.plan_options().asked["staffing_given"] == {
        "employer_rate": 0.35,
        "reference_wage_yuan_year": 62_000,
    }
    assert "staffing_given" not in Request().plan_options().asked


def test_an_unusual_option_is_told_once() -> None:
    """Said again, it is judged again: one finding, about the last value."""
    first = judge_given((Finding("read.x", "note"),), {"employer_rate": 0.05})
    assert [f.code for f in first] == ["read.x", "inputs.unusual_employer_rate"]
    again = judge_given(first, {"employer_rate": 0.04})
    assert [f.facts.get("value") for f in again] == [None, "0.04"]
    assert [f.code for f in judge_given(first, {"employer_rate": 0.3})] == ["read.x"]


def test_nothing_is_changed_in_place() -> None:
    """Settings are copied, with a section where there was none."""
    before: dict[str, object] = {"households_meaning": "常住"}
    after = state_inputs(before, {"county_cap": 220})
    assert after == {"households_meaning": "常住", "staffing": {"county_cap": 220}}
    assert before == {"households_meaning": "常住"}


def test_the_next_command_says_the_inputs_again() -> None:
    """The words of a request hold the option as typed."""
    request = replace(Request(), staffing=["county_cap=220"])
    assert request.words() == ["--staffing", "county_cap=220"]


@pytest.mark.parametrize(
    ("parse", "text", "name"),
    [
        (parse_staffing, ["county_cap=220,county_cap=230"], "county_cap"),
        (parse_staffing, ["county_cap=220", "employer_rate=0.3", "county_cap=230"], "county_cap"),
        (parse_columns, "households=户数,workforce.posts_now=甲,households=套数", "households"),
        (parse_columns, "buildings.households=户数,households=套数", "households"),
        (parse_columns, "workforce.posts_now=甲,workforce.posts_now=乙", "workforce.posts_now"),
        (parse_layers, ["communities=a", "communities=b"], "communities"),
    ],
)
def test_what_is_stated_twice_is_refused_by_name(parse: Any, text: Any, name: str) -> None:
    """The last does not win in silence: which one is meant, nobody knows."""
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert (caught.value.code, caught.value.facts["name"]) == ("inputs.twice", name)
    for lang in ("zh", "en"):
        line = say_error(lang, caught.value)
        assert name in line and str(caught.value.facts["second"]) in line
