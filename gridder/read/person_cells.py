"""Cells of a roster as gridder's types: ages, dates, pay, appraisals, yes and no. What cannot be read is None."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from gridder.read.counts import DECIMAL, NO_WORDS, THOUSANDS, YES_WORDS, fold_text, is_unknown

AGE_LEAST, AGE_MOST = 16, 100  # 《劳动法》第十五条: nobody works before 16; nobody does at 100
YEAR_LEAST, YEAR_MOST = 1900, 2100
PAY_LEAST_YUAN_YEAR = 1000.0  # less is no year's pay: thousands or 万 of yuan, not said so
MONTHS = 12
WAN = 10_000

AGE = re.compile(r"(\d{1,3})(?:\.0+)?(?:周岁|岁)?")
DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?(?:t?\d{1,2}:\d{2}(?::\d{2})?)?")
MONTH = re.compile(r"(\d{4})[-./年](\d{1,2})月?")
YEAR = re.compile(r"(\d{4})年?")
PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})?")
CLOCK = re.compile(r"0{1,2}:00(:00(\.0+)?)?$")
MONEY = re.compile(r"(万元|万|元)?(?:(?:/|每)([年月]))?$")
NEGATIONS = "非不未无没"
OPENINGS = "“”\"'‘’「」『』《》"

CLASS_WORDS = {
    "正职": ("正职", "社区正职", "书记", "主任", "书记主任", "书记兼主任", "书记、主任", "党组织书记", "党委书记",
             "党总支书记", "党支部书记", "居委会主任", "leader", "leaders", "secretary", "director"),
    "两委成员": ("两委成员", "其他两委成员", "两委", "两委委员", "副书记", "副主任", "委员", "committee",
                 "committeemember"),
    "工作人员": ("工作人员", "普通工作人员", "一般工作人员", "专职工作人员", "社工", "专职社工", "社区工作者",
                 "社区专职工作者", "网格员", "专职网格员", "staff", "worker"),
}  # fmt: skip
CERTIFICATE_WORDS = (  # the first that a text holds is meant: an assistant's title holds the others'
    ("助理社工师", ("助理", "初级", "assistant")),
    ("高级社工师", ("高级", "senior")),
    ("社工师", ("社工师", "社会工作师", "中级", "socialworker", "certified")),
)
HIGHEST_FIRST = ("高级社工师", "社工师", "助理社工师")
NO_CERTIFICATE = frozenset(("无", "没有", "无证", "未持证", "未取得", "none", "no", "否", "0"))
FAILED_WORDS = ("不合格", "不称职", "fail", "unqualified", "unsatisfactory")
PASSED_WORDS = (
    "优秀", "良好", "合格", "称职", "优", "良", "pass", "good", "excellent", "qualified", "satisfactory",
    "不定等次", "不确定等次", "未定等次", "未参加", "不参加", "免考", "notappraised",
)  # fmt: skip
OTHER_ENTRIES = (
    "选举", "选任", "换届", "转任", "转入", "调入", "调任", "选派", "下派", "委派", "任命", "安置", "军转", "留任",
)  # fmt: skip
LOW_EDUCATION = ("小学", "初中", "高中", "中专", "中技", "职高", "技校", "中职", "文盲")
UNCLEAR_EDUCATION = ("在读", "肄业", "未毕业", "结业", "以下")  # not finished, or a range

MEANINGS = {  # other words for what the rules name; English ones without blanks
    "公益性岗位": ("公益", "publicwelfare"),
    "非全日制": ("parttime", "part-time", "小时工"),
    "退休返聘": ("reemployed", "re-employed", "retiree"),
    "其他部门": ("其它部门", "otherdepartment"),
    "辅助人员": ("auxiliary",),
    "公开招聘": ("公开招录", "公开招考", "openrecruitment", "recruited"),
    "选举": ("elected", "election"),
    "转任": ("transfer",),
    "复员退伍军人": ("复员", "退伍", "退役", "veteran"),
    "社会学专业高校毕业生": ("社会学", "sociology"),
    "现有社区工作者": ("现有社工", "在岗社区工作者", "presentworker"),
    "硕士": ("master",),
    "博士": ("phd", "doctor"),
    "本科": ("bachelor", "undergraduate"),
    "大专": ("associatedegree", "juniorcollege", "college"),
    "大学": ("university",),
    "高中": ("highschool", "secondaryschool"),
}  # fmt: skip


@dataclass(frozen=True)
class Span:
    """A date as far as it is known: not before ``first``, not after ``last``."""

    first: date
    last: date

    @property
    def is_day(self) -> bool:
        """Whether the very day is known."""
        return self.first == self.last


def parse_age(text: str) -> int | None:
    """Return completed years of age, 16 to 100, or None (``38周岁`` is 38)."""
    found = AGE.fullmatch(fold_text(text))
    age = int(found.group(1)) if found else -1
    return age if AGE_LEAST <= age <= AGE_MOST else None


def parse_date(text: str) -> Span | None:
    """Return a date written as day, month or year (``1984.05``, ``1984年5月3日``, ``198405``), or None.

    ``1984.1`` may be January or what a table made of ``1984.10``: both are in its span.
    """
    plain = CLOCK.sub("", fold_text(text))
    for form in (DAY, MONTH, YEAR, PACKED):
        found = form.fullmatch(plain)
        if found:
            year, *rest = (int(part) for part in found.groups() if part is not None)
            lost_zero = plain.endswith(".1") and form is MONTH
            return span_of(year, *rest, last_month=10 if lost_zero else None)
    return None


def span_of(year: int, month: int = 0, day: int = 0, *, last_month: int | None = None) -> Span | None:
    """Return the days that a year, a month or a day covers, None where there is no such date."""
    if not YEAR_LEAST <= year <= YEAR_MOST or not 0 <= month <= MONTHS:
        return None
    first, last = (month, last_month or month) if month else (1, MONTHS)
    length = calendar.monthrange(year, last)[1]
    if day > length:
        return None
    return Span(date(year, first, day or 1), date(year, last, day or length))


def years_between(start: date, end: date) -> int:
    """Return the completed years from one day to another."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def parse_pay(text: str, months: int) -> float | None:
    """Return the pay of a year in yuan, or None (``6.2万元`` is 62,000).

    Parameters
    ----------
    months
        Months that the amount is for: 12 of a column of yearly pay, 1 of monthly pay. A text that says otherwise, or
        that makes less than any year's pay, is not read.
    """
    plain = fold_text(text).lstrip("¥￥")
    unit = MONEY.search(plain)
    wan, period = unit.groups() if unit else (None, None)
    number = plain[: unit.start()] if unit else plain
    number = number.replace(",", "") if THOUSANDS.fullmatch(number) else number
    if not DECIMAL.fullmatch(number) or (period and (period == "年") != (months == MONTHS)):
        return None
    amount = float(number) * (WAN if (wan or "").startswith("万") else 1) * MONTHS / months
    return round(amount, 2) if math.isfinite(amount) and amount >= PAY_LEAST_YUAN_YEAR else None


def parse_flag(text: str) -> bool | None:
    """Return a yes or no, or None (``√`` is yes, ``×`` no)."""
    plain = fold_text(text)
    if plain in YES_WORDS or plain in ("√", "✓", "有", "已", "已转入", "是的"):
        return True
    return False if plain in NO_WORDS or plain in ("×", "x", "无", "未", "未转入", "不是", "没有") else None


def parse_class(text: str) -> str | None:
    """Return which of the three classes of pay (B二(四)) a text names, or None."""
    plain = "".join(ch for ch in fold_text(text) if ch not in OPENINGS)
    return next((name for name, words in CLASS_WORDS.items() if plain in words), None)


def parse_certificate(text: str) -> str | None:
    """Return the highest certificate named, blank for the word that there is none, None where it cannot be read."""
    plain = fold_text(text)
    if plain in NO_CERTIFICATE:
        return ""
    held = {first_title(part) for part in re.split(r"[、,;/+和]", plain)}
    return next((title for title in HIGHEST_FIRST if title in held), None)


def first_title(text: str) -> str | None:
    """Return the title that a part of a text names."""
    return next((name for name, words in CERTIFICATE_WORDS if any(word in text for word in words)), None)


def mentioned(text: str | None, words: Iterable[str]) -> str | None:
    """Return the first of ``words`` that a text holds, in one of its meanings and not denied (``非公开招聘``)."""
    plain = "".join(ch for ch in fold_text(text or "") if ch not in OPENINGS)
    forms = {word: (fold_text(word), *MEANINGS.get(word, ())) for word in words}
    for form in sorted({form for several in forms.values() for form in several}, key=len, reverse=True):
        plain = re.sub(f"[{NEGATIONS}]{re.escape(form)}", "", plain)
    return next((word for word, several in forms.items() if any(form in plain for form in several)), None)


def parse_education(text: str, accepted: Iterable[str]) -> bool | None:
    """Return whether an education is among those accepted, None where the words do not say."""
    if mentioned(text, UNCLEAR_EDUCATION):
        return None
    if mentioned(text, LOW_EDUCATION):
        return False
    return True if mentioned(text, accepted) else None


def parse_grade(text: str | None) -> bool | None:
    """Return whether a year's appraisal failed (B二(十)); None where it is not known."""
    if text is None or is_unknown(text):
        return None
    plain = fold_text(text)
    if any(word in plain for word in FAILED_WORDS):
        return True
    return False if any(word in plain for word in PASSED_WORDS) else None


def parse_appraisals(text: str | None) -> list[tuple[int | None, str]]:
    """Return (year or None, words) of every appraisal in a text, in order of years: ``2022 合格；2023 不合格``.

    A year between two of those given that the text leaves out is there with blank words.
    """
    parts = [part.strip() for part in re.split(r"[,，;；、\n]", text or "") if part.strip()]
    found = [split_year(part) for part in parts]
    years = [year for year, _ in found if year is not None]
    if not years or len(years) < len(found):
        return found
    words = dict(sorted((year, said) for year, said in found if year is not None))
    return [(year, words.get(year, "")) for year in range(min(years), max(years) + 1)]


def split_year(text: str) -> tuple[int | None, str]:
    """Return (year, words) of one appraisal, None where no year is said."""
    found = re.fullmatch(r"\s*((?:19|20)\d{2})\s*年?度?\s*(?:考核)?[:：\s]*(.*)", text)
    return (int(found.group(1)), found.group(2).strip()) if found else (None, text)
