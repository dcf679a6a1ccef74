"""What reviewers hand back is read whole, kept whole, and what became of it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gridder.edits import Edits, read_edits, tell_edits
from gridder.errors import InputError
from gridder.text import LANGS, say_error, say_finding

FILE: dict[str, Any] = {
    "schema": 1, "plan_sha256": "a" * 64, "reviewer": "王", "signed_at": "2026-11-20T14:03:00+08:00",
    "community_id": "c1", "verdict": "reject",
    "edits": [{"building_id": "B2", "unit": None, "to_grid": "g1", "reason": "顺路"}],
    "locks": ["g3"],
    "comments": [
        {"grid_code": "g1", "text": "好", "verdict": "accept"},
        {"grid_code": "g2", "text": "太长", "verdict": "reject"},
        {"grid_code": "g4", "text": "", "verdict": "reject"},
        {"grid_code": "g3", "text": "没有意见"},
    ],
}  # fmt: skip


def write(folder: Path, name: str = "edits.json", **more: Any) -> Path:
    """Write an edits file."""
    path = folder / name
    path.write_text(json.dumps(FILE | more, ensure_ascii=False), "utf-8")
    return path


def table(**grid_of: str) -> pd.DataFrame:
    """Return buildings with their grids."""
    return pd.DataFrame({"building_id": list(grid_of), "unit": "", "grid_code": list(grid_of.values())})


def test_nothing_of_a_file_is_lost(tmp_path: Path) -> None:
    """Comments without a verdict and with null are the same; a reason is kept with its move."""
    edits = read_edits([write(tmp_path)])
    null = [told | {"verdict": told.get("verdict")} for told in FILE["comments"]]
    assert read_edits([write(tmp_path, comments=null)]).reviews == edits.reviews
    review = edits.reviews[0]
    assert [told["verdict"] for told in review["comments"]] == ["accept", "reject", "reject", ""]
    assert review["edits"] == [{"building_id": "B2", "unit": "", "to_grid": "g1", "reason": "顺路"}]
    assert {key: review[key] for key in ("reviewer", "verdict", "locks", "signed_at")} == {
        key: FILE[key] for key in ("reviewer", "verdict", "locks", "signed_at")
    }


def test_several_files_come_out_the_same_in_any_order(tmp_path: Path) -> None:
    one = write(tmp_path)
    other = write(tmp_path, "b.json", reviewer="李", edits=[], locks=["g1"])
    assert read_edits([one, other]).reviews == read_edits([other, one]).reviews
    assert read_edits([one, other]).locks == ("g1", "g3")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"comments": {}}, ("comments 应为列表", "comments is not a list")),
        ({"edits": None}, ("edits 应为列表", "edits is not a list")),
        ({"comments": [{"text": "x"}]}, ("comments 第 1 条缺少 grid_code", "entry 1 of comments lacks grid_code")),
        ({"edits": [3]}, ("edits 第 1 条缺少", "entry 1 of edits lacks")),
    ],
)  # fmt: skip
def test_what_has_another_shape_is_refused(
    tmp_path: Path, more: dict[str, Any], said: tuple[str, str]
) -> None:
    with pytest.raises(InputError) as caught:
        read_edits([write(tmp_path, **more)])
    for lang, words in zip(LANGS, said, strict=True):
        assert words in say_error(lang, caught.value)


@pytest.mark.parametrize("order", [1, -1])
def test_a_whole_building_and_its_unit_cannot_go_to_two_grids(tmp_path: Path, order: int) -> None:
    moves = [
        {"building_id": "B2", "unit": unit, "to_grid": grid} for unit, grid in ((None, "g1"), ("1", "g2"))
    ]
    path = tmp_path / "e.json"
    path.write_text(json.dumps(FILE | {"edits": moves[::order]}), "utf-8")
    with pytest.raises(InputError) as refused:
        read_edits([path])
    assert refused.value.code == "errors.edits_conflict" and refused.value.facts["building"] == "B2"
    units = [{"building_id": "B2", "unit": unit, "to_grid": f"g{unit}"} for unit in ("1", "2")]
    path.write_text(json.dumps(FILE | {"edits": units}), "utf-8")
    assert len(read_edits([path]).moves) == 2


def test_brackets_without_end_and_half_signs_stop_nothing(tmp_path: Path) -> None:
    path = tmp_path / "e.json"
    path.write_text("[" * 100_000, "utf-8")
    with pytest.raises(InputError) as refused:
        read_edits([path])
    assert refused.value.code == "errors.edits_unreadable"
    path.write_text(json.dumps(FILE | {"reviewer": "王\ud83c"}), "utf-8")
    assert read_edits([path]).reviews[0]["reviewer"] == "王?"


def test_what_became_of_each_is_told(tmp_path: Path) -> None:
    """g2 loses B2 to g1 and so has changed; g4, sent back as well, has not."""
    old = table(B1="g1", B2="g2", B3="g2", B4="g3", B5="g4")
    new = table(B1="g1", B2="g1", B3="g2", B4="g3", B5="g4")
    told = {f.code: f for f in tell_edits(read_edits([write(tmp_path)]), old, new)}
    assert {code: f.ids for code, f in told.items()} == {
        "edits.moved": ("B2 → g1",),
        "edits.locked": ("g3",),
        "edits.commented": ("g1", "g2", "g3"),
        "edits.accepted": ("g1",),
        "edits.sent_back_changed": ("g2",),
        "edits.sent_back_same": ("g4",),
        "edits.refused": ("c1",),
    }
    assert "退回本身不改方案" in say_finding("zh", told["edits.sent_back_same"])
    assert all(say_finding("en", finding).isascii() for finding in told.values() if "→" not in finding.ids[0])


def test_no_edits_tell_nothing() -> None:
    assert tell_edits(Edits(), table(B1="g1"), table(B1="g1")) == ()
