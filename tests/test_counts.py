"""Cells as counts, ids and uses: what real tables hold."""

import numpy as np
import pandas as pd
import pytest

from gridder.read.counts import (
    is_residential,
    is_unknown,
    parse_count,
    parse_counts,
    parse_numbers,
    parse_text,
)


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        (0, 0), ("0", 0), (12.0, 12), ("12.0", 12), (" 1860", 1860), ("158户", 158),
        ("1220 户", 1220), ("１２２０", 1220),
        ("１２户", 12), ("1,220", 1220), ("1，220", 1220), ("-5", -5), ("－５", -5),
        ("2008042", 2008042), ("30 households", 30), ("+7", 7),
        (np.int64(3), 3), ("007", 7),
    ],
)  # fmt: skip
def test_counts_are_read(cell, count):
    assert parse_count(cell)[0] == count


@pytest.mark.parametrize(
    "cell", [None, pd.NA, float("nan"), "", "  ", "不详", "暂无资料", "暂无数据", "N/A", "—", " 未 知 "]
)
def test_unknown_is_not_zero(cell):
    count, text = parse_count(cell)
    assert count is None and (text is None or is_unknown(text))


@pytest.mark.parametrize(
    "cell", [0.0476, "0.0476", "12.5户", "约30", "十二", "30-40", True, float("inf"), "1e400", "²"]
)
def test_what_is_no_count_is_kept_as_text(cell):
    count, text = parse_count(cell)
    assert count is None and text and not is_unknown(text)


def test_plain_numbers_keep_no_text_and_others_do():
    counts, texts = parse_counts(pd.Series([12, 12.0, "12", "12户", None, "不详"], dtype=object))
    assert counts.tolist() == [12, 12, 12, 12, pd.NA, pd.NA] and counts.dtype == "Int64"
    assert texts.tolist() == [None, None, None, "12户", None, "不详"]


def test_the_text_zero_is_zero():
    assert parse_counts(pd.Series(["0"]))[0].tolist() == [0] and not is_unknown("0")


def test_ids_are_text_as_in_the_input():
    ids = parse_text(pd.Series([8, 440109.0, "0012", " x ", None, float("nan"), 1.5], dtype=object))
    assert ids.tolist() == ["8", "440109", "0012", " x ", None, None, "1.5"]
    assert parse_text(pd.Series([220102001003001, None], dtype="Int64")).tolist() == ["220102001003001", None]


def test_floors_are_numbers():
    assert parse_numbers(pd.Series(["6层", "7", None, "高层"], dtype=object)).tolist()[:2] == [6.0, 7.0]
    assert parse_numbers(pd.Series([3.0, None])).isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("use", "answer"),
    [
        ("住宅", True), ("商住", True), ("Résidentiel", True), ("True", True),
        ("apartments", True), ("集体宿舍", True),
        ("商业", False), ("非住宅", False), ("Non-residential", False), ("False", False),
        ("Commercial et services", False),
        (None, None), ("不详", None), ("Indifférencié", None), ("", None),
    ],
)  # fmt: skip
def test_uses(use, answer):
    assert is_residential(use) is answer
