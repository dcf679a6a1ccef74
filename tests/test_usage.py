"""Wrong command lines: exit code 2, and a sentence in the user's language that names the option."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from gridder.cli import cli
from gridder.usage import lang_of

WRONG = [
    (["plan"], "INPUT"),
    (["plan", "a.gpkg", "--effort", "foo"], "standard"),
    (["plan", "a.gpkg", "--missing", "guess"], "estimate"),
    (["plan", "a.gpkg", "--foo"], "--foo"),
    (["plan", "a.gpkg", "--colums", "a=b"], "--columns"),
    (["plan", "a.gpkg", "--jobs", "0"], "1"),
    (["plan", "a.gpkg", "--seed", "x"], "--seed"),
    (["plan", "a.gpkg", "--grids", "0"], "--grids"),
    (["plan", "a.gpkg", "--effective-date", "1.5.2026"], "--effective-date"),
    (["plan", "a.gpkg", "b.gpkg"], "b.gpkg"),
    (["check", "a.gpkg", "--columns", "households"], "--columns"),
    (["check", "a.gpkg", "--columns", "rooms=A"], "rooms"),
    (["check", "a.gpkg", "--layer", "houses=A"], "houses"),
    (["check", "a.gpkg", "--columns"], "--columns"),
    (["check", "a.gpkg", "--json=3"], "--json"),
    (["synth", "--buildings", "0", "--out", "x.gpkg"], "--buildings"),
    (["compare", "a", "b"], "--out"),
    (["chek"], "check"),
]


@pytest.mark.parametrize(
    ("words", "named"), WRONG, ids=lambda one: " ".join(one) if isinstance(one, list) else ""
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_wrong_command_is_explained_in_the_language_asked_for(words, named, lang, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "en_US.UTF-8" if lang == "en" else "zh_CN.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    spoken = [] if words[0] in ("chek",) or words[-1] in ("--columns",) else ["--lang", lang]
    result = CliRunner().invoke(cli, [*words, *spoken])
    assert result.exit_code == 2 and named in result.stderr and "Traceback" not in result.stderr
    chinese = any("一" <= ch <= "鿿" for ch in result.stderr)
    assert chinese == (lang == "zh"), result.stderr


@pytest.mark.parametrize(
    ("words", "variable", "lang"),
    [
        (["plan", "--lang", "en"], "zh_CN.UTF-8", "en"),
        (["plan", "--lang=zh"], "en_GB.UTF-8", "zh"),
        (["plan"], "en_GB.UTF-8", "en"),
        (["plan"], "C.UTF-8", "zh"),
        (["plan"], "", "zh"),
        (["plan", "--lang", "fr"], "en", "en"),
        (["plan", "--lang"], "zh_CN", "zh"),
    ],
)
def test_which_language(words, variable, lang, monkeypatch):
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", variable)
    assert lang_of(words) == lang


def test_help_and_right_commands_end_as_they_did():
    assert CliRunner().invoke(cli, ["--help"]).exit_code == 0
    assert CliRunner().invoke(cli, ["policy"]).exit_code == 0
    assert CliRunner().invoke(cli, ["check", "nowhere.gpkg", "-q"]).exit_code == 3
