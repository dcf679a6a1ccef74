"""A policy is complete, each value has its source, and a wrong file is refused with file, key and line."""

import pytest

from gridder.errors import PolicyError
from gridder.policy import FORCES, load_policy, policy_fields, policy_names, read_policy_text
from gridder.text import LANGS, say_error

TEXT = read_policy_text("jilin-2020")[1]


def refused(tmp_path, *changes):
    """Return what is wrong with the default policy after some changes of text."""
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "mine.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(PolicyError) as caught:
        load_policy(str(path))
    for lang in LANGS:
        assert "mine.yaml" in say_error(lang, caught.value)
    return {(f.code.removeprefix("errors."), f.facts["key"], f.facts["line"]) for f in caught.value.findings}


def line_of(key):
    """Return the line on which the default policy states a rule."""
    return next(i for i, line in enumerate(TEXT.splitlines(), 1) if line.strip().startswith(f"{key}:"))


@pytest.mark.parametrize("name", policy_names())
def test_shipped_policies_are_complete_and_sourced(name):
    policy = load_policy(name)
    assert policy.name == name and set(policy.title) == {"zh", "en"}
    for field in policy_fields():
        source = policy.sources[field]
        assert source.clause and source.force in FORCES and source.line > 1


def test_the_default_is_the_law():
    policy = load_policy()
    assert (policy.households_min, policy.households_max, policy.households_target) == (300, 500, 400)
    assert policy.clause("households_max") == "A二(三)2" and not policy.departs_from_jilin
    assert (policy.posts_base_min, policy.posts_base_max, policy.posts_base_households) == (10, 15, 3000)


def test_another_window_departs(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(TEXT.replace("households_max: {value: 500", "households_max: {value: 501"), "utf-8")
    policy = load_policy(str(path))
    assert policy.departs_from_jilin and policy.sha256 != load_policy().sha256


def test_unknown_and_missing_keys(tmp_path):
    line = line_of("households_min")
    changes = ("households_min: {", "households_mini: {")
    assert refused(tmp_path, changes) == {
        ("policy_key_unknown", "households_mini", line),
        ("policy_key_missing", "households_min", 1),
    }


def test_unknown_key_at_the_top(tmp_path):
    assert refused(tmp_path, ("name: jilin-2020", "name: x\nextends: y")) == {
        ("policy_key_unknown", "extends", 2)
    }


@pytest.mark.parametrize(
    ("key", "old", "new", "code"),
    [
        ("households_min", "value: 300", "value: 300.5", "policy_not_whole"),
        ("households_min", "value: 300", "value: 三百", "policy_not_whole"),
        ("households_min", "value: 300", "value: 0", "policy_too_small"),
        ("contact_min_m", "value: 1.0", "value: 0.0", "policy_not_above"),
        ("detour_factor", "value: 1.3", "value: far", "policy_not_number"),
        ("hall_share_min", "value: 0.9", "value: 1.9", "policy_too_large"),
        ("step_rounding", "value: floor", "value: round", "policy_not_choice"),
        ("grid_workers_within_posts", "value: true", "value: 1", "policy_not_flag"),
        ("uncrossable", "value: [river, railway, expressway]", "value: 3", "policy_not_list"),
        (
            "class_weights",
            "value: {正职: 1.2, 两委成员: 1.05, 工作人员: 0.95}",
            "value: 3",
            "policy_not_table",
        ),
        ("households_min", "force: hard, source: A二(三)2", "force: hard", "policy_no_source"),
        ("households_min", "force: hard", "force: must", "policy_no_source"),
        ("households_min", "value: 300, ", "value: 300, why: x, ", "policy_entry"),
    ],
)
def test_wrong_values_are_refused_with_key_and_line(tmp_path, key, old, new, code):
    line = line_of(key)
    stated = TEXT.splitlines()[line - 1]
    assert old in stated
    assert refused(tmp_path, (stated, stated.replace(old, new, 1))) == {(code, key, line)}


@pytest.mark.parametrize(
    ("key", "old", "new", "pair"),
    [
        ("households_min", 300, 501, "households_min > households_max"),
        ("households_target", 400, 299, "households_target > window"),
        ("base_pay_share", 0.7, 0.6, "base_pay_share+performance_pay_share"),
    ],
)
def test_values_that_contradict_each_other(tmp_path, key, old, new, pair):
    line = line_of(key) if " > " in pair else 1
    assert refused(tmp_path, (f"{key}: {{value: {old}", f"{key}: {{value: {new}")) == {
        ("policy_pair", pair, line)
    }


def test_all_that_is_wrong_is_told_in_one_go(tmp_path):
    low = ("households_min: {value: 300", "households_min: {value: -1")
    assert len(refused(tmp_path, low, ("shift_hours: {value: 8.0", "shift_hours: {value: x"))) == 2


def test_files_that_are_no_policy(tmp_path):
    for name, data, code in (
        ("a.yaml", b"rules: [", "policy_yaml"),
        ("b.yaml", b"just text", "policy_yaml"),
        ("c.yaml", "规则".encode("gb18030"), "policy_not_utf8"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(PolicyError) as caught:
            load_policy(str(tmp_path / name))
        assert caught.value.code == f"errors.{code}" and caught.value.exit_code == 3
        assert all(name in say_error(lang, caught.value) for lang in LANGS)
    with pytest.raises(PolicyError) as caught:
        load_policy("no-such-policy")
    assert caught.value.code == "errors.policy_unknown" and "jilin-2020" in caught.value.facts["known"]
