"""Words of the workbook: gridder's own are said in the run's language, those of the data stay as they are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from gridder.outputs.workbook.book import shown


def test_a_class_is_said_in_the_language_of_the_run_but_stays_on_the_sheet_that_is_read_back():
    book: Any = SimpleNamespace(run=SimpleNamespace(lang="en"))
    assert shown(book, "pay_class", "正职") == "community leaders"
    assert shown(book, "pay_class", "正职", sheet="Roster") == "正职"
