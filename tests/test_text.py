"""Both languages say everything; whatever the code can report has a sentence."""

import ast
import re
import string
from importlib import resources
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import gridder
from gridder.errors import Finding, InputError
from gridder.text import IDS_SHOWN, LANGS, has_sentence, list_ids, say, say_error, say_finding, sentences

SOURCES = sorted(Path(gridder.__file__).parent.rglob("*.py"))
REPORTERS = (
    "Finding",
    "GridderError",
    "UsageError",
    "InputError",
    "PolicyError",
    "OutputError",
    "RejectedError",
)


MANY = ("plan.tower_cut",)  # a tower above the maximum never holds one household


def placeholders(sentence):
    """Return the facts a sentence needs."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def reported_codes():
    """Return code → file, for every code written as a literal where a Finding or an error is made."""
    found = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            first = node.args[0]
            if name in REPORTERS:
                for part in ast.walk(first):
                    if (
                        isinstance(part, ast.Constant)
                        and isinstance(part.value, str)
                        and not is_piece(first, part)
                    ):
                        found[part.value] = path.name
    return found


def is_piece(first, part):
    """Whether a text is only a piece of an f-string or an index, not a whole code."""
    inside = (ast.JoinedStr, ast.Subscript, ast.Call, ast.Compare)
    return any(isinstance(node, inside) and part in ast.walk(node) for node in ast.walk(first))


def text_files():
    return sorted(f.name for f in (resources.files("gridder") / "locale" / "zh").iterdir())


def test_both_languages_have_the_same_files():
    folders = [resources.files("gridder") / "locale" / lang for lang in LANGS]
    assert sorted(f.name for f in folders[0].iterdir()) == sorted(f.name for f in folders[1].iterdir())


@pytest.mark.parametrize("file", text_files())
def test_both_languages_have_the_same_keys_and_placeholders(file):
    zh, en = (
        YAML(typ="safe").load((resources.files("gridder") / "locale" / lang / file).read_text("utf-8"))
        for lang in LANGS
    )
    assert sorted(zh) == sorted(en)
    assert {key: placeholders(zh[key]) for key in zh} == {key: placeholders(en[key]) for key in en}


def test_every_code_that_is_reported_has_a_sentence():
    codes = reported_codes()
    assert len(codes) > 40 and "errors.no_crs" in codes  # the search finds something
    assert {code: file for code, file in codes.items() if not has_sentence(code)} == {}


def test_sentences_chosen_by_name_exist():
    from gridder.check.defects import BAD_REASONS
    from gridder.check.repair import repair_shapes
    from gridder.policy import VALUE_SENTENCES

    repairs = [f"check.{code}" for code in repair_shapes([]).done]
    blamed = [
        f"errors.{code}"
        for code in (*["yaml_section", "yaml_key_unknown", "yaml_key_missing", "yaml_value"],)
    ]
    blamed += [f"errors.policy_{code}" for code in ("key_unknown", "entry", "no_source", "key_missing")]
    for code in (*BAD_REASONS, *VALUE_SENTENCES.values(), *repairs, *blamed):
        assert has_sentence(code), code


def test_a_missing_fact_or_sentence_is_a_bug():
    with pytest.raises(KeyError):
        say("zh", "errors.input_missing")
    with pytest.raises(KeyError):
        say("zh", "errors.nothing_of_the_kind")


def test_many_ids_are_cut_and_the_rest_is_counted():
    ids = tuple(f"b{i}" for i in range(IDS_SHOWN + 3))
    assert list_ids("en", ids).endswith("b7 and 3 more") and list_ids("zh", ids).endswith("b7 等，另有 3 个")
    assert list_ids("en", ids[:IDS_SHOWN]).endswith("b7")


def test_names_in_a_sentence_are_listed_as_its_language_does():
    facts = {"n": 2, "area": 5, "around": ("甲", "乙")}
    assert "甲、乙" in say("zh", "check.outlines_gap", **facts) and "甲, 乙" in say(
        "en", "check.outlines_gap", **facts
    )


def test_an_error_lists_its_findings():
    finding = Finding("check.crosses_line", "note", {"n": 1}, ("b1",), "buildings")
    error = InputError("errors.counts_missing", (finding,), n=3)
    assert say_error("zh", error).split("\n")[1] == "  - " + say_finding("zh", finding)
    assert "[b1]" in say_error("en", error)


def test_chinese_sentences_are_chinese():
    """Sentences that differ between the languages have Chinese words, apart from units and file names."""
    for code, sentence in sentences("zh").items():
        words = "".join(part for part, _, _, _ in string.Formatter().parse(sentence))
        if sentences("en")[code] != sentence and sum(ch.isalpha() for ch in words) > 3:
            assert any("一" <= ch <= "鿿" for ch in words), code


@pytest.mark.parametrize("file", ["check", "read", "plan", "cli"])
def test_no_english_sentence_speaks_of_one_thing_in_the_plural(file):
    """A count before a plural reads ``1 rows`` where it is one: the sentence puts the count behind (``rows: 1``)."""
    counts = r"\{(?:n|communities|grids|buildings|households|special|done|failed|rows)(?::,)?\} \w*s\b"
    wrong = {
        code: hit.group()
        for code, sentence in sentences("en").items()
        if code.startswith(f"{file}.") and (hit := re.search(counts, sentence))
    }
    assert {code: hit for code, hit in wrong.items() if code not in MANY} == {}
