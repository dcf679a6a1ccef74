"""One community as a picture: lawful file, the same bytes, its names in it, and clear refusals."""

from __future__ import annotations

import sys
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from sample_run import HOSTILE, A, sample_run

from gridder.errors import OutputError
from gridder.outputs.maps import pictures
from gridder.outputs.maps.picture_text import round_down, write_title

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


@pytest.mark.parametrize("n", [4, 40, 90])
def test_a_title_stays_on_the_page(font, n):
    """A long name is written smaller, a very long one in lines; nothing is left out of it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=pictures.PAGE_INCHES)
    FigureCanvasAgg(figure)
    name = "社区" * n
    write_title(figure, name, {"fontfamily": font})
    (title,) = figure.texts
    box = title.get_window_extent(figure.canvas.get_renderer())
    assert box.x1 < 0.95 * figure.bbox.width and box.y1 < figure.bbox.height
    assert title.get_text().replace("\n", "") == name


def test_other_suffixes_are_refused(tmp_path):
    with pytest.raises(OutputError) as refused:
        pictures.draw_picture(sample_run(), A, tmp_path / "a.bmp")
    assert refused.value.code == "pictures.wrong_suffix"


def test_a_matplotlib_that_is_missing_or_broken_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)  # what an import of it then says: ImportError
    with pytest.raises(OutputError) as refused:
        pictures.check_pictures()
    assert refused.value.code == "pictures.no_matplotlib"


def test_missing_font_is_said(monkeypatch):
    monkeypatch.setattr(pictures, "FONTS", ("No Such Font",))
    with pytest.raises(OutputError) as refused:
        pictures.find_font()
    assert refused.value.code == "pictures.no_font"


@pytest.mark.parametrize(("metres", "bar"), [(0.3, 1), (1, 1), (19, 10), (20, 20), (499, 200), (5000, 5000)])
def test_scale_is_a_round_number(metres, bar):
    assert round_down(metres) == bar


def signs_of(tmp_path, *rows):
    """Return the SVG of the sample with more barriers: (kind, made, shape)."""
    run = sample_run()
    kinds, made, shapes = zip(*rows, strict=True)
    more = gpd.GeoDataFrame({"kind": kinds, "name": "", "made": made}, geometry=list(shapes), crs=run.crs)
    barriers = gpd.GeoDataFrame(pd.concat([run.barriers, more]), crs=run.crs)
    pictures.draw_picture(replace(run, barriers=barriers), A, tmp_path / "a.svg")
    return (tmp_path / "a.svg").read_text("utf-8")


def test_crossings_and_ground_between_are_drawn_as_on_the_page(font, tmp_path):
    """A crossing found by the rule is dashed, here and in the legend; sixty in a row do not pile up; ground between is pale."""
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
    assert dashed == 2 and 2 < piled < len(ways) / 4


# ── labels and legend ──


def texts_of(run, community=A):
    """Return the artists of text on the map and in the legend, drawn."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=pictures.PAGE_INCHES)
    FigureCanvasAgg(figure)
    pictures.draw_sheet(figure, run, community)
    figure.canvas.draw()
    chart, legend = figure.axes
    return figure, chart.texts, legend.texts


def small_grids(n):
    """Return the sample whose first community has n grids in rows of eight on a third of its ground."""
    run = sample_run()
    x0, y0, x1, y1 = run.communities.geometry.loc[A].bounds
    wide, high = (x1 - x0) / 24, (y1 - y0) / (n / 8) / 2
    one = run.grids[run.grids["status"] == "lawful"].iloc[[0]]
    rows = gpd.GeoDataFrame(pd.concat([one] * n), crs=run.crs)
    shapes = [
        shapely.box(x0 + i % 8 * wide, y0 + i // 8 * high, x0 + (i % 8 + 1) * wide, y0 + (i // 8 + 1) * high)
        for i in range(n)
    ]
    codes = [f"{A}{i + 1:03d}" for i in range(n)]
    rows = rows.assign(grid_code=codes, grid_no=[code[-3:] for code in codes]).set_geometry(
        shapes, crs=run.crs
    )
    return replace(run, grids=rows.set_index("grid_code", drop=False), compounds=run.compounds.iloc[:0])


@pytest.mark.parametrize("n", [8, 64, 160])
def test_labels_of_many_small_grids_never_cover_each_other(font, n):
    """Households go first, then numbers grow small; who finds no room is counted under the map."""
    import matplotlib

    with matplotlib.rc_context({"font.family": font}):
        figure, labels, _ = texts_of(small_grids(n))
        boxes = [label.get_window_extent() for label in labels]
    numbers = [label for label in labels if len(label.get_text()) == 3 and label.get_text().isdigit()]
    stacked = {
        id(label) for label in labels if label.get_va() == "top"
    }  # households stand under their number
    heads = [box for label, box in zip(labels, boxes, strict=True) if id(label) not in stacked]
    assert not any(a.overlaps(b) for i, a in enumerate(heads) for b in heads[:i])
    told = [text.get_text() for text in figure.texts if "未注编号" in text.get_text()]
    assert (len(numbers) < n) == bool(told)
    assert not told or f"{n - len(numbers)} 个网格" in told[0]
    assert len(numbers) > min(n, 64) / 2


def test_the_legend_names_what_is_drawn_and_nothing_else(font):
    import matplotlib

    with matplotlib.rc_context({"font.family": font}):
        said = {text.get_text() for text in texts_of(sample_run())[2]}
        assert {"网格（按邻色）", "河流（不可穿越）", "社区大厅", "专属网格", "不在户数区间"} <= said
        plain = {
            text.get_text() for text in texts_of(replace(sample_run(), halls=sample_run().halls.iloc[:0]))[2]
        }
    assert said - plain == {"社区大厅"} and not said & {"巡查路线", "快速路（不可穿越）"}


def test_names_of_compounds_stay_inside_them(font):
    import matplotlib

    long = replace(sample_run(), compounds=sample_run().compounds.assign(name="很长很长的小区名称" * 6))
    with matplotlib.rc_context({"font.family": font}):
        assert any(text.get_text() == "锦绣家园" for text in texts_of(sample_run())[1])
        assert not any("很长" in text.get_text() for text in texts_of(long)[1])
