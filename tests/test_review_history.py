"""The steps of a review outlive a reload, bounded, and give way where a browser has little room."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from review_page import PLAN, opening, row
from sample_run import A, sample_run

from gridder.outputs.maps import page

pytestmark = pytest.mark.browser
STATE = "() => JSON.stringify(gridder.review.state)"
# a dozen different steps: moves, moves of what was moved, back, locks, comments, verdicts, an import
STEPS = """() => {
  const R = gridder.review, seen = [JSON.stringify(R.state)];
  const go = (state, said, whole) => { R.apply(state, said, whole); seen.push(JSON.stringify(R.state)); };
  for (let n = 0; n < 12; n++) {
    const b = (n * 7) % 30, c = (b + 23) % 30, g = n % 5, S = R.state; // c: the b before
    if (n % 4 === 0) go(R.withMoves(S, [b, b + 1], g, "因" + n), {key: "moved", rows: [b, b + 1], g: g});
    else if (n % 4 === 1) go(R.withMoves(S, [c], R.base[c]), {key: "taken_back", rows: [c]});
    else if (n % 4 === 2) go({...S, locks: S.locks.concat(g).sort()}, {key: "said_locked", g: g});
    else go({...S, notes: {...S.notes, [g]: {text: "注" + n, verdict: n % 3 ? "reject" : ""}}}, {key: "said_comment", g: g});
  }
  const read = R.fromText(JSON.stringify(R.toFile({...R.blank(), locks: [1], reviewer: "李", verdict: "accept"})));
  go(read.state, {key: "imported", file: "意见.json", moves: 0, locks: 1, comments: 0}, true);
  return seen;
}"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the page of the sample."""
    path = tmp_path_factory.mktemp("history") / "A.html"
    sample = sample_run()
    text = page.draw_community(replace(sample, options=sample.options | {"plan_sha256": PLAN}), A)
    path.write_text(text, encoding="utf-8")
    return {"A": path}


@pytest.fixture
def open_page(browser: Any, files: dict[str, Path]) -> Iterator[Any]:
    with opening(browser, files) as open_:
        yield open_


def kept(tab: Any) -> dict[str, Any]:
    """Return what the browser keeps of the page's work."""
    return dict(json.loads(tab.evaluate(f"localStorage.getItem('gridder:{PLAN}:{A}')")))


def back(tab: Any) -> list[str]:
    """Return the states met by undoing as far as it goes, the present one first."""
    return list(
        tab.evaluate(
            """() => { const R = gridder.review, seen = [JSON.stringify(R.state)];
                while (R.canUndo()) { R.undo(); seen.push(JSON.stringify(R.state)); }
                return seen; }"""
        )
    )


def test_every_step_comes_back_after_a_reload(open_page: Any) -> None:
    """Also those ahead: after undoing five and reloading, the rest can be undone, and all be done again."""
    tab = open_page("A")
    seen = tab.evaluate(STEPS)
    for _ in range(5):
        tab.evaluate("gridder.review.undo()")
    tab.reload()
    assert tab.evaluate(STATE) == seen[-6]
    assert back(tab) == seen[-6::-1]
    tab.reload()  # undone to the beginning: nothing to keep but the steps ahead
    ahead = tab.evaluate(
        """() => { const R = gridder.review, seen = [JSON.stringify(R.state)];
            while (R.canRedo()) { R.redo(); seen.push(JSON.stringify(R.state)); }
            return seen; }"""
    )
    assert ahead == seen


def test_what_was_done_is_said_in_the_language_of_the_moment(open_page: Any) -> None:
    tab = open_page("A")
    tab.evaluate(STEPS)
    tab.evaluate("gridder.review.undo()")
    tab.reload()
    tab.click('[data-set-lang="en"]')
    if not tab.locator("#undo").is_visible():
        tab.click(".wide-edit")
    tab.click("#undo")
    assert tab.locator("#review-note").inner_text().startswith("Undone: Comment on 002 noted")


def test_a_hundred_steps_are_kept(open_page: Any) -> None:
    tab = open_page("A")
    tab.evaluate("for (let n = 0; n < 131; n++) gridder.review.lock(n % 5)")
    assert len(kept(tab)["history"]["past"]) == 100
    tab.reload()
    assert len(back(tab)) == 101


def test_the_oldest_steps_go_where_there_is_little_room(open_page: Any) -> None:
    """A browser that takes 2,000 letters: the work and its latest steps stay; one that takes 200 says it is full."""
    trap = """const set = Storage.prototype.setItem;
        Storage.prototype.setItem = function (key, text) {
          if (text.length > (window.room || 2000)) throw new DOMException('no', 'QuotaExceededError');
          return set.call(this, key, text); };"""
    tab = open_page("A", script=trap)
    seen = tab.evaluate(
        """() => { const R = gridder.review, seen = [];
            for (let n = 0; n < 41; n++) { R.lock(n % 5); seen.push(JSON.stringify(R.state)); }
            return seen; }"""
    )
    assert tab.evaluate("gridder.review.kept") == "stored"
    steps = len(kept(tab)["history"]["past"])
    assert 3 <= steps < 41
    tab.reload()
    assert back(tab) == seen[::-1][: steps + 1]
    tab.evaluate("window.room = 100; gridder.review.lock(0)")
    assert tab.evaluate("gridder.review.kept") == "full"


def step(*, out: list[int] | None = None, **said: Any) -> dict[str, Any]:
    """Return a history of one step that puts the lock of the second grid in place of ``out``."""
    locks = [0, out or [], [1]]
    return {
        "past": [{"step": {"moves": [0, [], []], "locks": locks, "notes": {}}, "said": said}],
        "future": [],
    }


@pytest.mark.parametrize(
    "history",
    [
        None, 3, {"past": "x", "future": []}, {"past": [{"step": {}, "said": {"key": "moved"}}], "future": []},
        step(out=[99], key="cleared"), step(key="constructor"), step(key="moved", rows=[999]),
    ],
)  # fmt: skip
def test_steps_that_somebody_has_changed_are_dropped_and_the_work_is_not(
    open_page: Any, history: Any
) -> None:
    tab = open_page("A")
    tab.evaluate("gridder.review.lock(1)")
    record = kept(tab) | {"history": history}
    tab.evaluate(
        "([key, text]) => localStorage.setItem(key, text)", [f"gridder:{PLAN}:{A}", json.dumps(record)]
    )
    tab.reload()
    assert tab.evaluate("[gridder.review.state.locks, gridder.review.canUndo()]") == [[1], False]


def test_what_is_cleared_leaves_nothing_behind(open_page: Any) -> None:
    tab = open_page("A")
    tab.evaluate(STEPS)
    row(tab, "001").locator(".row").click()
    tab.click("#sign-open")
    tab.click("#clear")
    assert tab.evaluate("localStorage.length") == 0
