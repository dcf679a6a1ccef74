"""Colours that mean different things stay apart for colour-blind readers, and text stands out from its ground."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from gridder.colours import BUILDINGS, GROUNDS
from gridder.outputs.maps.palette import EMPTY_BUILDING, SPECIAL

ASSETS = Path(__file__).parent.parent / "gridder" / "outputs" / "maps" / "assets"
# Machado, Oliveira and Fernandes 2009 (doi:10.1109/TVCG.2009.113), severity 1.0, on linear RGB
VISIONS = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
RGB_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colour: str) -> np.ndarray:
    """Return the linear RGB of ``#RRGGBB``."""
    value = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(colour: str, vision: str) -> np.ndarray:
    """Return CIELAB (D65) of a colour as a vision sees it."""
    xyz = RGB_TO_XYZ @ np.clip(VISIONS[vision] @ linear(colour), 0, 1) / WHITE
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def differ(one: np.ndarray, two: np.ndarray) -> float:
    """Return CIEDE2000 of two CIELAB colours (Sharma, Wu and Dalal 2005, doi:10.1002/col.20070)."""
    mean_chroma = (np.hypot(*one[1:]) + np.hypot(*two[1:])) / 2
    g = 0.5 * (1 - np.sqrt(mean_chroma**7 / (mean_chroma**7 + 25.0**7)))
    a1, a2 = one[1] * (1 + g), two[1] * (1 + g)
    c1, c2 = np.hypot(a1, one[2]), np.hypot(a2, two[2])
    h1, h2 = np.degrees(np.arctan2(one[2], a1)) % 360, np.degrees(np.arctan2(two[2], a2)) % 360
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    hue = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    lightness, chroma = (one[0] + two[0]) / 2, (c1 + c2) / 2
    t = (
        1 - 0.17 * np.cos(np.radians(hue - 30)) + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6)) - 0.20 * np.cos(np.radians(4 * hue - 63))
    )  # fmt: skip
    s_l = 1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2)
    s_c, s_h = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    rotation = -2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    rotation *= np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    d_l, d_c = (two[0] - one[0]) / s_l, (c2 - c1) / s_c
    d_h = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / s_h
    return float(np.sqrt(d_l**2 + d_c**2 + d_h**2 + rotation * d_c * d_h))


def worst(colours: dict[str, str]) -> tuple[float, str]:
    """Return the least difference of any two colours under any vision, and which it is."""
    return min(
        (differ(lab(colours[a], vision), lab(colours[b], vision)), f"{a} and {b}, {vision}")
        for a, b in itertools.combinations(colours, 2)
        for vision in VISIONS
    )


def contrast(one: str, two: str) -> float:
    """Return the contrast ratio of WCAG 2."""
    light = sorted(0.05 + float(np.array([0.2126, 0.7152, 0.0722]) @ linear(c)) for c in (one, two))
    return light[1] / light[0]


def tokens() -> dict[str, str]:
    """Return the colours that every page names."""
    return dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6})", (ASSETS / "tokens.css").read_text("utf-8")))


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0000),
        ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_difference_as_published(one: tuple[float, ...], two: tuple[float, ...], expected: float) -> None:
    """Pairs of the table of Sharma, Wu and Dalal 2005."""
    assert differ(np.array(one), np.array(two)) == pytest.approx(expected, abs=1e-4)


def test_grids_stay_apart() -> None:
    least, which = worst(dict(zip(("blue", "sand", "mint", "clay", "lilac"), GROUNDS, strict=True)))
    assert least >= 6.2, which
    least, which = worst(dict(zip(("blue", "sand", "mint", "clay", "lilac"), BUILDINGS, strict=True)))
    assert least >= 5.9, which


def test_states_of_communities_stay_apart() -> None:
    script = (ASSETS / "index_map.js").read_text("utf-8")
    fills = dict(re.findall(r'(\w+): "(#[0-9A-F]{6})"', script[script.index("optimal:") :].split("}")[0]))
    assert fills.pop("feasible") == fills["locally_optimal"]
    assert set(fills) == {"optimal", "bounded", "locally_optimal", "look", "failed", "empty"}
    least, which = worst(fills)
    assert least >= 5, which


def test_buildings_stand_on_their_ground() -> None:
    for ground, building in zip(GROUNDS, BUILDINGS, strict=True):
        assert contrast(ground, building) >= 3
        assert contrast("#FFFFFF", building) >= 4.5  # house numbers
    assert contrast(EMPTY_BUILDING, "#33424E") >= 4.5
    assert contrast(SPECIAL, tokens()["special"]) >= 4.5


def test_words_stand_out() -> None:
    t = tokens()
    for text in ("ink", "ink-2", "ink-3", "act", "lawful", "out", "special", "note", "change"):
        assert contrast(t[text], t["paper"]) >= 4.5, text
    for text in ("lawful", "out", "special", "note", "change", "act", "disabled"):
        assert contrast(t[text], t[f"{text}-bg"]) >= 4.5, text
    assert contrast(t["ink-3"], t["page"]) >= 4.5


def test_signs_of_state_stay_apart() -> None:
    """Selection, exception and pending change are lines on the same map."""
    t = tokens()
    least, which = worst({name: t[name] for name in ("act", "out", "change")})
    assert least >= 5, which
