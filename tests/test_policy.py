"""A policy is complete, each value has its source, and a wrong file is refused with file, key and line."""

import pytest

from gridder.errors import PolicyError
from gridder.policy import FORCES, load_policy, policy_fields, policy_names, read_policy_text
from gridder.policy.model import BARRIERS, PAY_CLASSES
from gridder.policy.model import CERTIFICATES as CERTIFICATE_NAMES
from gridder.staffing.budget import CERTIFICATES, CLASSES
from gridder.tables import BARRIER_KINDS
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
    return {
        (f.code.removeprefix("errors.").removeprefix("policy."), f.facts["key"], f.facts["line"])
        for f in caught.value.findings
    }


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
        ("key_unknown_near", "households_mini", line),
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
        ("hall_share_min", "value: 0.9", "value: 1.9", "not_share"),
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


def told(tmp_path, *changes):
    """Return the sentences, in Chinese and English, about the default policy after some changes of text."""
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    path = tmp_path / "mine.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(PolicyError) as caught:
        load_policy(str(path))
    return [say_error(lang, caught.value) for lang in LANGS]


@pytest.mark.parametrize(
    ("key", "old", "new", "other", "stands"),
    [
        ("households_min", 300, 401, "households_target", 400),
        ("households_min", 300, 501, "households_max", 500),
        ("households_target", 400, 501, "households_max", 500),
        ("posts_base_min", 10, 16, "posts_base_max", 15),
        ("hall_staff", 2, 4, "hall_staff_max", 3),
        ("hall_staff_min", 2, 3, "hall_staff", 2),
        ("code_rural_first", 200, 400, "code_rural_last", 399),
        ("base_pay_share", 0.7, 0.6, "performance_pay_share", 0.3),
    ],
)
def test_values_that_contradict_each_other(tmp_path, key, old, new, other, stands):
    """Both rules, both values and both lines; nothing is said of pairs that agree."""
    lines = told(tmp_path, (f"  {key}: {{value: {old},", f"  {key}: {{value: {new},"))
    for text in lines:
        line = next(line for line in text.splitlines() if other in line)
        parts = ("mine.yaml", key, other, new, stands, line_of(key), line_of(other))
        assert all(str(part) in line for part in parts)
    assert ("0.9" in lines[0]) == (key == "base_pay_share")


def test_contradictions_are_told_beside_what_is_wrong_by_itself(tmp_path):
    """All pairs, and a value that is no number; a share above 1 is told once, with what to write."""
    changes = (
        ("  hall_staff_min: {value: 2", "  hall_staff_min: {value: 3"),
        ("  households_target: {value: 400", "  households_target: {value: 700"),
        ("  shift_hours: {value: 8.0", "  shift_hours: {value: .inf"),
        ("  base_pay_share: {value: 0.7", "  base_pay_share: {value: 70"),
    )
    for text in told(tmp_path, *changes):
        rows = text.splitlines()[1:]
        assert len(rows) == 4
        assert all(any(key in row for row in rows) for key in ("hall_staff_min", "households_target", "inf"))
        share = next(row for row in rows if "base_pay_share" in row)
        assert "70" in share and "0.7" in share and "performance" not in share


@pytest.mark.parametrize(
    ("old", "new", "name", "expected"),
    [
        ("正职: 1.2", "正职: 高", "class_weights.正职", '"高"'),
        ("正职: 1.2", "正职: 0.0", "class_weights.正职", "0.0"),
        ("{正职: 1.2, 两委成员", "{正职: 1.2, 两委", "class_weights", "两委成员"),
        ("{助理社工师: 200.0", "{初级社工师: 200.0", "certificate_allowance_yuan_month", "助理社工师"),
        ("[社工师, 高级社工师]", "[社工师, 高级]", "certified_counts[2]", "高级社工师"),
        ("[river, railway, expressway]", "[river, rail]", "uncrossable[2]", "railway"),
        ("[river, railway, expressway]", "[river, 3]", "uncrossable[2]", "3"),
        ("hall_share_min: {value: 0.9", "hall_share_min: {value: 90%", "hall_share_min", '"90%"'),
        ("step_rounding: {value: floor", "step_rounding: {value: 向下", "step_rounding", "floor / ceil"),
        ("households_min: {value: 300", "households_min: {value: null", "households_min", "null"),
        ("households_min: {", "housholds_min: {", "housholds_min", "households_min"),
    ],
)
def test_values_and_names_are_told_with_what_is_expected(tmp_path, old, new, name, expected):
    for text in told(tmp_path, (old, new)):
        line = text.splitlines()[1]
        assert "mine.yaml" in line and name in line and expected in line and "[key]" not in line


def test_barriers_are_those_of_the_tables():
    """What may be named as uncrossable are the kinds that bound something."""
    assert set(BARRIERS) == set(BARRIER_KINDS) - {"crossing", "path"}
    assert set(PAY_CLASSES) == set(CLASSES) and set(CERTIFICATE_NAMES) == set(CERTIFICATES)


def test_all_that_is_wrong_is_told_in_one_go(tmp_path):
    low = ("households_min: {value: 300", "households_min: {value: -1")
    assert len(refused(tmp_path, low, ("shift_hours: {value: 8.0", "shift_hours: {value: x"))) == 2


def test_files_that_are_no_policy(tmp_path):
    line = line_of("households_max")
    for name, data, code, facts in (
        ("a.yaml", b"rules: [", "no_yaml", {"line": 1}),
        ("b.yaml", b"just text", "no_rules", {}),
        ("c.yaml", "规则".encode("gb18030"), "not_utf8", {"encoding": "GBK/GB18030"}),
        ("d.yaml", TEXT.encode("utf-16"), "not_utf8", {"encoding": "UTF-16"}),
        ("e.yaml", b"PK\3\4\0\0", "no_text", {}),
        ("f.yaml", TEXT.replace("households_max:", "households_min:", 1).encode(), "key_twice",
         {"line": line, "key": "households_min"}),
        ("g.yaml", TEXT.replace("  households_max", "\thouseholds_max", 1).encode(), "no_yaml", {"line": line}),
        ("h.yaml", TEXT.encode() + b"\x01", "no_yaml", {"line": len(TEXT.splitlines()) + 1}),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(data)
        with pytest.raises(PolicyError) as caught:
            load_policy(str(tmp_path / name))
        assert caught.value.code == f"policy.{code}" and caught.value.exit_code == 3
        assert caught.value.facts == {"file": name} | facts
        assert all(name in say_error(lang, caught.value) for lang in LANGS)
    with pytest.raises(PolicyError) as caught:
        load_policy(str(tmp_path))
    assert caught.value.code == "policy.folder"
    with pytest.raises(PolicyError) as caught:
        load_policy("no-such-policy")
    assert caught.value.code == "errors.policy_unknown" and "jilin-2020" in caught.value.facts["known"]
