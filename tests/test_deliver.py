"""A delivery is whole or not there: what is refused, what is left behind, what stands until the new one is ready."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from gridder import deliver as module
from gridder.deliver import deliver, is_delivery, put_in_place, refuse_existing, writing_aside
from gridder.errors import InputError, OutputError, RejectedError, UsageError
from gridder.journal import Journal
from gridder.text import say_error
from gridder.verify.base import Violation

FULL = OSError(errno.ENOSPC, "No space left on device")


def a_delivery(path: Path, text: str) -> Path:
    path.mkdir(parents=True)
    for name in ("plan.json", "plan.gpkg"):
        (path / name).write_text(text)
    return path


def code_of(out: Path, *, overwrite: bool) -> str:
    try:
        refuse_existing(out, overwrite=overwrite)
    except (UsageError, OutputError) as error:
        return error.code
    return ""


# ── what may be replaced ──
def test_only_a_delivery_is_ever_replaced(tmp_path):
    found = {name: tmp_path / name for name in ("new", "empty", "old", "photos", "file")}
    found["empty"].mkdir()
    a_delivery(found["old"], "1")
    found["photos"].mkdir()
    (found["photos"] / "a.jpg").touch()
    found["file"].touch()
    asked = {name: (code_of(p, overwrite=False), code_of(p, overwrite=True)) for name, p in found.items()}
    there = "errors.out_exists"
    assert asked == {
        "new": ("", ""), "empty": (there, ""), "old": (there, ""),
        "photos": (there, "errors.out_no_delivery"), "file": (there, "errors.out_no_delivery"),
    }  # fmt: skip


def test_a_name_that_no_disk_takes_is_told(tmp_path):
    assert code_of(tmp_path / ("x" * 300), overwrite=True) == "errors.out_unwritable_long_name"


# ── aside ──
def test_nothing_is_left_aside(tmp_path):
    with writing_aside(tmp_path / "deep" / "out") as aside:
        (aside / "a").touch()
        assert aside.parent == tmp_path / "deep"
    assert list((tmp_path / "deep").iterdir()) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ZeroDivisionError(), UsageError("errors.out_exists")])
def test_a_failure_passes_and_leaves_nothing(tmp_path, error):
    with pytest.raises(type(error)), writing_aside(tmp_path / "out") as aside:
        (aside / "half").touch()
        raise error
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_an_output_error(tmp_path):
    with pytest.raises(OutputError) as caught, writing_aside(tmp_path / "out") as aside:
        (aside / "half").touch()
        raise FULL
    assert caught.value.exit_code == 3 and caught.value.facts["why"] == "No space left on device"
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_is_an_output_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError), writing_aside(tmp_path / "file" / "out"):
        pass


# ── in place ──
def test_the_new_delivery_takes_the_place_of_the_old(tmp_path):
    out, new = a_delivery(tmp_path / "out", "old"), a_delivery(tmp_path / "new", "new")
    put_in_place(new, out)
    assert (out / "plan.json").read_text() == "new" and list(tmp_path.iterdir()) == [out]


def test_the_old_delivery_comes_back_when_the_new_cannot_be_renamed(tmp_path):
    out = a_delivery(tmp_path / "out", "old")
    with pytest.raises(OSError):
        put_in_place(tmp_path / "missing", out)
    assert (out / "plan.json").read_text() == "old" and list(tmp_path.iterdir()) == [out]


# ── deliver ──
@pytest.fixture
def small_delivery(monkeypatch):
    """Let ``deliver`` write two small files and verify whatever ``found`` says."""
    state = SimpleNamespace(found=[], error=None)

    def write(run, folder, progress, drawing):
        for name in ("plan.json", "plan.gpkg"):
            (folder / name).write_text(run)
        if state.error:
            raise state.error

    monkeypatch.setattr(module, "write_all", write)
    monkeypatch.setattr(module, "verify_delivery", lambda folder, source: state.found)
    return state


def test_a_delivery_is_put_in_place_with_its_log(tmp_path, small_delivery):
    out = tmp_path / "out"
    deliver("first", out, progress=Journal())
    with pytest.raises(UsageError):
        deliver("second", out)
    deliver("third", out, overwrite=True)
    assert (
        is_delivery(out) and (out / "plan.json").read_text() == "third" and list(tmp_path.iterdir()) == [out]
    )


def test_the_log_names_writing_and_verifying(tmp_path, small_delivery):
    deliver("first", tmp_path / "out", progress=Journal())
    log = (tmp_path / "out" / "run.log").read_text("utf-8").splitlines()
    assert [line.split()[2] for line in log] == ["write", "verify"]


def test_a_full_disk_leaves_the_old_delivery(tmp_path, small_delivery):
    out = a_delivery(tmp_path / "out", "old")
    small_delivery.error = FULL
    with pytest.raises(OutputError):
        deliver("new", out, overwrite=True)
    assert (out / "plan.json").read_text() == "old" and list(tmp_path.iterdir()) == [out]


def test_what_verify_refuses_is_kept_beside_the_old_delivery(tmp_path, small_delivery):
    out = a_delivery(tmp_path / "out", "old")
    small_delivery.found = [Violation("verify.not_connected", {"n": 2}, ("220104001001001",))]
    for text in ("one", "two"):
        with pytest.raises(RejectedError) as caught:
            deliver(text, out, overwrite=True)
    assert caught.value.findings[0].code == "verify.not_connected" and caught.value.exit_code == 1
    rejected = tmp_path / "out.rejected"
    assert (out / "plan.json").read_text() == "old" and (rejected / "plan.json").read_text() == "two"
    assert sorted(tmp_path.iterdir()) == [out, rejected]


def test_an_input_that_changed_meanwhile_is_no_bug(tmp_path, small_delivery):
    changed = Violation("verify.input_changed", {"file": "postgresql://db/town"}, ())
    small_delivery.found = [changed]
    with pytest.raises(InputError) as caught:
        deliver("one", tmp_path / "out")
    assert caught.value.exit_code == 3 and caught.value.findings[0].facts == changed.facts
    assert os.listdir(tmp_path) == ["out.rejected"] and "out.rejected" in say_error("en", caught.value)
    small_delivery.found = [
        Violation("verify.input_unreadable", {"file": "postgresql://db/town", "why": ""}, ())
    ]
    with pytest.raises(InputError):
        deliver("one", tmp_path / "out")
    bugs = (
        [changed, Violation("verify.not_connected", {"n": 2}, ("220104001001001",))],
        [Violation("verify.input_unreadable", {"file": "town.gpkg", "why": ""}, ())],
    )
    for small_delivery.found in bugs:
        with pytest.raises(RejectedError):
            deliver("one", tmp_path / "out")


def test_the_folder_one_stands_in_can_be_the_place(tmp_path, small_delivery, monkeypatch):
    """``--out . --overwrite`` from inside an older delivery."""
    out = a_delivery(tmp_path / "out", "old")
    monkeypatch.chdir(out)
    deliver("new", Path("."), overwrite=True)
    assert (out / "plan.json").read_text() == "new" and os.listdir(tmp_path) == ["out"]
