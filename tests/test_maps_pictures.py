"""One community as a picture: lawful file, the same bytes, its names in it, and clear refusals."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from sample_run import HOSTILE, A, sample_run

from gridder.errors import OutputError
from gridder.outputs.maps import pictures

pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def font() -> str:
    try:
        return pictures.find_font()
    except OutputError:
        pytest.skip("no font with Chinese signs on this machine")


def test_picture_is_a4_and_the_same_twice(font, tmp_path):
    import matplotlib.image

    for name in ("a.png", "b.png"):
        pictures.draw_picture(sample_run(), A, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    pixels = matplotlib.image.imread(tmp_path / "a.png")
    assert pixels.shape[:2] == (1654, 2338)
    blue = (pixels[..., :3] * 255).round().astype(int) == [0xC6, 0xDF, 0xF6]
    assert blue.all(axis=-1).mean() > 0.01  # grounds are filled in the colours of the pages


@pytest.mark.filterwarnings("error")  # a sign without a glyph is a warning of matplotlib
def test_no_sign_of_either_language_is_missing(font, tmp_path):
    for lang in ("zh", "en"):
        run = sample_run(lang)
        communities = run.communities.copy()
        communities.loc[A, "name"] = HOSTILE + "$x$柳堤"
        pictures.draw_picture(replace(run, communities=communities), A, tmp_path / f"{lang}.svg")
        assert (tmp_path / f"{lang}.svg").read_text("utf-8").startswith("<?xml")


def test_other_suffixes_are_refused(tmp_path):
    with pytest.raises(OutputError) as refused:
        pictures.draw_picture(sample_run(), A, tmp_path / "a.bmp")
    assert refused.value.code == "pictures.wrong_suffix"


def test_missing_font_is_said(monkeypatch):
    monkeypatch.setattr(pictures, "FONTS", ("No Such Font",))
    with pytest.raises(OutputError) as refused:
        pictures.find_font()
    assert refused.value.code == "pictures.no_font"


@pytest.mark.parametrize(("metres", "bar"), [(0.3, 1), (1, 1), (19, 10), (20, 20), (499, 200), (5000, 5000)])
def test_scale_is_a_round_number(metres, bar):
    assert pictures.round_down(metres) == bar


def signs_of(tmp_path, *rows):
    """Return the SVG of the sample with more barriers: (kind, made, shape)."""
    run = sample_run()
    kinds, made, shapes = zip(*rows, strict=True)
    more = gpd.GeoDataFrame({"kind": kinds, "name": "", "made": made}, geometry=list(shapes), crs=run.crs)
    barriers = gpd.GeoDataFrame(pd.concat([run.barriers, more]), crs=run.crs)
    pictures.draw_picture(replace(run, barriers=barriers), A, tmp_path / "a.svg")
    return (tmp_path / "a.svg").read_text("utf-8")


def test_crossings_and_ground_between_are_drawn_as_on_the_page(font, tmp_path):
    """A crossing found by the rule is dashed; sixty in a row do not pile up; ground between is pale."""
    spot = sample_run().communities.geometry.loc[A].centroid
    ways = [
        shapely.LineString([(spot.x + n, spot.y - 9), (spot.x + n, spot.y + 9)]) for n in range(0, 300, 5)
    ]
    plain = signs_of(tmp_path, ("path", "", ways[0]))
    assert "2.2,1.6" not in plain.replace(" ", "") and "#dfe2e3" not in plain
    one = signs_of(tmp_path, ("crossing", "road", ways[0]), ("railway", "between", spot.buffer(9)))
    assert "#dfe2e3" in one
    dashed = one.count("stroke-dasharray") - plain.count("stroke-dasharray")
    many = signs_of(tmp_path, *(("crossing", "road", way) for way in ways))
    piled = many.count("stroke-dasharray") - plain.count("stroke-dasharray")
    assert dashed == 1 and 1 < piled < len(ways) / 4
