"""What is said about the staffing: figures of the sentences by hand, worst first, ways out that are true."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from sample_run import A, B, sample_run
from test_staff import WORKFORCE, staff

from gridder.errors import Finding
from gridder.policy import load_policy
from gridder.staffing.budget import SETTINGS
from gridder.staffing.staff import Staffing
from gridder.text import say_finding

POLICY = load_policy()
MONEY = {"reference_wage_yuan_year": 60_000, "employer_rate": 0.3, "medical_check_yuan_year": 100.0}


def found(staffing: Staffing, code: str) -> Finding | None:
    """Return the finding of a code, None where it is not said; it can be said in both languages."""
    finding = next((f for f in staffing.findings if f.code == f"staffing.{code}"), None)
    if finding:
        assert all("{" not in say_finding(lang, finding) for lang in ("zh", "en"))
    return finding


def with_money(**more: Any) -> Staffing:
    """Return the staffing of the sample with wage, rate and medical check, and further inputs."""
    return staff(settings={"staffing": MONEY | more})


def test_every_input_that_is_missing_is_named_with_its_option() -> None:
    """Six notes without any input, each with the words to add; none where all are given, a 0 included."""
    bare = staff(settings={})
    for key in SETTINGS:
        note = found(bare, f"no_{key}")
        assert note is not None
        assert all(f"--staffing {key}=" in say_finding(lang, note) for lang in ("zh", "en"))
    full = with_money(county_cap=99, paid_leave_yuan_year=0, emergency_yuan_year=0)
    assert not any(found(full, f"no_{key}") for key in SETTINGS)


def test_what_posts_beyond_need_cost() -> None:
    """A: 13 given, 8 needed, 2 for party building: 3; B likewise; each 60,000 × 1.3 + 100."""
    table = with_money().communities
    people = int(table.surplus.sum())
    finding = found(with_money(), "surplus")
    assert finding is not None and finding.facts["people"] == people > 0
    assert finding.facts["yuan"] == people * 78_100
    unpriced = found(staff(settings={}), "surplus_unpriced")
    assert unpriced is not None and unpriced.facts["people"] == people


def test_posts_that_a_cap_takes_are_no_surplus() -> None:
    """Two posts fewer are given, two fewer are beyond need."""
    free, capped = found(with_money(), "surplus"), found(with_money(county_cap=22), "surplus")
    assert free is not None and capped is not None
    assert capped.facts["people"] == free.facts["people"] - 2


def test_present_staff_above_need_are_named_worst_first() -> None:
    """Twelve present in A that needs 8 and 2 for party building, eleven in B that needs 4 and 2."""
    people = WORKFORCE.assign(staff=[8, 8])
    table = staff(workforce=people).communities
    finding = found(staff(workforce=people), "present_over_need")
    assert finding is not None
    beyond = {A: int(table.present[A] - table.need[A]) - 2, B: int(table.present[B] - table.need[B]) - 2}
    ordered = sorted(beyond, key=lambda code: -beyond[code])
    assert finding.facts["worst"] == tuple(f"{code} ({beyond[code]})" for code in ordered)


def test_fairness_under_the_cap() -> None:
    """24 wanted, 22 given: where one is missing per how many households, and where none."""
    capped = with_money(county_cap=22)
    rate = capped.communities.unmet_per_1000.dropna()
    finding = found(capped, "cap_fairness")
    assert finding is not None
    assert finding.facts["high"] == round(rate.max(), 2) and finding.facts["at_high"] == (rate.idxmax(),)
    assert rate[A] == round(capped.communities.unmet[A] / 1858 * 1000, 3)
    assert found(with_money(), "cap_fairness") is None


def test_a_campus_without_households_has_no_rate_under_the_cap() -> None:
    """B holds a campus alone: it has posts, some unmet, but nothing to divide them by."""
    run = sample_run()
    campus = run.communities.assign(households=run.communities.households.mask(run.communities.index == B, 0))
    capped = staff(communities=campus, settings={"staffing": MONEY | {"county_cap": 6}})
    assert capped.communities.unmet[B] > 0 and pd.isna(capped.communities.unmet_per_1000[B])
    finding = found(capped, "cap_fairness")
    assert finding is not None and finding.facts["at_high"] == (A,)
    bare = staff(
        communities=run.communities.assign(households=0), settings={"staffing": MONEY | {"county_cap": 6}}
    )
    assert found(bare, "cap_fairness") is None and found(bare, "cap_exceeded") is not None


def test_what_cap_would_do() -> None:
    """Under 9 posts grids stand without worker; the cap that is named staffs all, one less does not."""
    tight = with_money(county_cap=9)
    finding = found(tight, "cap_shortage")
    assert finding is not None
    table = tight.communities
    assert finding.facts["people"] == int(table.cap_shortage.sum()) > 0
    unstaffed = (table.grid_workers - (table.posts_given - 2).clip(lower=0)).clip(lower=0)
    assert finding.facts["grids"] == int(unstaffed.sum()) == int(table.grids_unstaffed.sum())
    enough = finding.facts["enough"]
    assert found(with_money(county_cap=enough), "cap_shortage") is None
    assert found(with_money(county_cap=enough - 1), "cap_shortage") is not None
    below = found(tight, "cap_below_minima")
    assert below is not None and (below.facts["people"], below.facts["minima"]) == (11, 20)
    assert sum(int(text.split("(")[1].rstrip(")")) for text in below.facts["worst"]) == 11
    assert found(with_money(county_cap=20), "cap_below_minima") is None


def test_fewer_grids_under_the_cap() -> None:
    """What A is given less two in the hall are its grids, special one included, where so few are lawful; else none."""
    communities = sample_run().communities
    communities["grids_min"] = 1
    tight = staff(settings={"staffing": {"county_cap": 13}}, communities=communities).communities
    assert tight.cap_shortage[A] > 0 and tight.grids_for_given[A] == tight.posts_given[A] - 2
    communities["grids_min"] = communities["grids_max"]
    tight = staff(settings={"staffing": {"county_cap": 13}}, communities=communities).communities
    assert pd.isna(tight.grids_for_given[A])
    assert with_money().communities.grids_for_given.isna().all()


def test_shortage_by_grid_and_what_ends_it() -> None:
    """A with 15 grids misses 2 posts: 0.13 a grid; 13 grids would do where so few are lawful."""
    communities = sample_run().communities
    communities.loc[A, ["grids", "grids_min", "grids_max"]] = [15, 4, 15]
    short = staff(settings={}, communities=communities)
    row = short.communities.loc[A]
    assert (row.shortage, row.shortage_per_grid, row.grids_for_posts) == (2, 0.13, 13)
    finding = found(short, "shortage")
    assert finding is not None and (finding.facts["mend"], finding.facts["rest"]) == (1, 0)
    communities.loc[A, "grids_min"] = 14
    none = found(staff(settings={}, communities=communities), "shortage")
    assert none is not None and (none.facts["mend"], none.facts["rest"]) == (0, 1)


def test_hiring_at_once_and_over_the_years() -> None:
    """The years sum to the people; at once costs all of them every year; over three years less."""
    run = with_money()
    finding = found(run, "hiring")
    assert finding is not None
    people, years = finding.facts["people"], finding.facts["years"]
    by_year = [int(part) for part in finding.facts["by_year"].split(" + ")]
    assert sum(by_year) == people and len(by_year) == years == 3
    spent = sum(sum(by_year[: year + 1]) for year in range(3)) * 78_100
    assert (finding.facts["at_once"], finding.facts["spent"]) == (people * 78_100, spent)
    assert finding.facts["more"] == 3 * people * 78_100 - spent
    cost = run.sheets["hiring_cost"]
    assert cost[[f"cost_year_{year}" for year in (1, 2, 3)]].sum().sum() == spent
    assert cost.spent_year_3.sum() == spent and cost.cost_at_once.sum() == people * 78_100
    unpriced = found(staff(settings={}), "hiring_unpriced")
    assert unpriced is not None and unpriced.facts["people"] == people


def test_surplus_staff_are_not_hired() -> None:
    """Twenty present in B: a surplus in its own column, nobody hired there."""
    run = staff(settings={}, workforce=WORKFORCE.assign(staff=[4, 20]))
    sheet = run.sheets["hiring"].set_index("community_id")
    assert sheet.hiring[B] == 0 and sheet.present_over[B] == -sheet.hiring_gap[B] > 0
    assert sheet.loc[B, ["year_1", "year_2", "year_3"]].tolist() == [0, 0, 0]
    over = found(run, "present_surplus")
    assert over is not None and over.ids == (B,)


def test_rounds_and_visits_against_the_shift() -> None:
    """Four hours: visits make days too long, the longest first; six minutes: the rounds alone are, in kilometres."""
    policy = sample_run().policy
    day = staff(policy=policy.model_copy(update={"shift_hours": 3.0}))
    finding = found(day, "day_too_long")
    over = (day.grids.day_min - 180).dropna()
    over = over[over > 0].sort_values(ascending=False, kind="stable")
    assert finding is not None and finding.ids == tuple(sorted(over.index))
    assert finding.facts["worst"][0] == f"{over.index[0]} (+{over.iloc[0]:.0f})"
    assert found(day, "round_too_long") is None
    walks = staff(policy=policy.model_copy(update={"shift_hours": 0.1}))
    alone = found(walks, "round_too_long")
    rounds = 2 * walks.grids.round_min
    assert alone is not None and alone.ids == tuple(sorted(walks.grids.index[(rounds > 6).fillna(False)]))
    longest = walks.grids.round_m[list(alone.ids)].idxmax()
    km = 2 * walks.grids.round_m[longest] / 1000
    assert alone.facts["worst"][0] == f"{longest} ({km:.1f} km)"
    assert not set(alone.ids) & set(getattr(found(walks, "day_too_long"), "ids", ()))


@pytest.mark.parametrize(
    ("steps", "wrong"),
    [([200.0, 300.0, 400.0], False), ([199.0, 300.0, 400.0], True), ([200.0, 300.0, 300.0], True)],
)
def test_the_ladder_of_allowances(steps: list[float], wrong: bool) -> None:
    """At least 200 yuan and rising (HARD once paid)."""
    ladder = dict(zip(("助理社工师", "社工师", "高级社工师"), steps))
    policy = sample_run().policy.model_copy(update={"certificate_allowance_yuan_month": ladder})
    finding = found(staff(policy=policy), "allowance_ladder")
    assert (finding is not None) is wrong
    assert finding is None or finding.level == "problem"


def test_an_allowance_that_is_not_paid_is_said() -> None:
    """Zero in the budget, and why."""
    policy = sample_run().policy.model_copy(update={"certificate_allowance": False})
    run = staff(policy=policy)
    assert (
        found(run, "allowance_not_paid") is not None and run.sheets["budget"].allowances.dropna().eq(0).all()
    )


def test_money_adds_up_from_communities_to_the_district() -> None:
    """To the fen: communities = subdistricts, every line, with odd amounts; the performance pool by subdistrict."""
    settings = {"reference_wage_yuan_year": 61_234.57, "employer_rate": 0.2873, "emergency_yuan_year": 33.33}
    sheets = staff(settings={"staffing": settings}).sheets
    budget, sums = sheets["budget"], sheets["subdistricts"]
    for line in ("pool", "base", "performance", "employer", "allowances", "emergency", "total"):
        fen = [int((table[line].dropna().astype(float) * 100).round().sum()) for table in (budget, sums)]
        assert fen[0] == fen[1], line
    assert budget.medical.isna().all() and "免费体检" in budget.total_without.dropna().iloc[0]


def test_a_class_without_weight_is_told_and_leaves_pay_blank() -> None:
    """Leaders are there and the policy has no weight of theirs: no class has a standard, and the way out is named."""
    weights = {"两委成员": 1.05, "工作人员": 0.95}
    lacking = staff(policy=POLICY.model_copy(update={"class_weights": weights}), settings={"staffing": MONEY})
    finding = found(lacking, "no_class_weight")
    assert finding is not None and (finding.level, finding.layer) == ("warning", "workforce")
    leaders = WORKFORCE.set_index("community_id")["leaders"]
    assert finding.facts["people"] == leaders.sum() and set(finding.ids) == set(leaders.index[leaders > 0])
    for lang in ("zh", "en"):
        line = say_finding(lang, finding)
        assert all(word in line for word in ("正职", "workforce", "class_weights", "--policy"))
    assert lacking.sheets["classes"].pay_yuan_year.isna().all()
    assert with_money().sheets["classes"].pay_yuan_year.notna().all()
    assert found(with_money(), "no_class_weight") is None
    nobody = staff(
        policy=POLICY.model_copy(update={"class_weights": weights}),
        settings={"staffing": MONEY},
        workforce=WORKFORCE.assign(leaders=0),
    )
    pay = nobody.sheets["classes"].set_index("pay_class").pay_yuan_year
    assert found(nobody, "no_class_weight") is None and pay.notna().tolist() == [False, True, True]


def test_a_certificate_without_allowance_is_told() -> None:
    """Somebody holds what the policy states no allowance for; where none is paid at all, nothing is said."""
    steps = {"助理社工师": 200.0, "高级社工师": 400.0}
    held = WORKFORCE.assign(assistant_certified=0, certified=2, senior_certified=0)
    policy = POLICY.model_copy(update={"certificate_allowance_yuan_month": steps})
    finding = found(staff(policy=policy, workforce=held), "no_allowance_step")
    assert finding is not None and finding.facts["people"] == 2 * len(held)
    assert finding.facts["name"] == "社工师"
    unpaid = policy.model_copy(update={"certificate_allowance": False})
    assert found(staff(policy=unpaid, workforce=held), "no_allowance_step") is None
    assert found(staff(workforce=held), "no_allowance_step") is None
