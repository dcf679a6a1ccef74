"""The sheet Charts: one chart a printed page, its figures beside it, a sentence on how to read it below."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_range_abs

from gridder.colours import BUILDINGS, GROUNDS, NAMES
from gridder.outputs.workbook.book import HEADER, Book, write_cell
from gridder.outputs.workbook.chart_data import Data, chart_tables
from gridder.outputs.workbook.styles import HEADER_POINTS

CHART_COLUMNS, CHART_WIDTH, CHART_HEIGHT = 10, 800, 460  # columns below the chart; pixels
COLUMN_WIDTH = 11  # of those columns: together a little wider than the chart
DATA_AT = CHART_COLUMNS + 1  # first column of the figures
GAP_WIDTH, LABEL_WIDTH, FIGURE_WIDTH = 2, 17, 11
SECTION_ROWS = 29  # rows from one chart to the next: title, chart or figures, sentence
PRINT_SCALE = 54  # percent, at which chart and figures stand on one landscape page
PLOT_POINTS = 0.84 * CHART_WIDTH * 0.75  # width inside the axes; a pixel is three quarters of a point
BAR_SHARE = 0.85  # of the width of a bin
FONT = {"size": 10}
INK = dict(zip(NAMES, BUILDINGS))
GROUND = dict(zip(NAMES, GROUNDS))


def write_charts(book: Book, page: Any, sheet: str) -> None:
    """Write every chart with its figures."""
    page.set_column(0, CHART_COLUMNS - 1, COLUMN_WIDTH)
    page.set_column(CHART_COLUMNS, CHART_COLUMNS, GAP_WIDTH)
    page.set_column(DATA_AT, DATA_AT, LABEL_WIDTH)
    page.set_column(DATA_AT + 1, DATA_AT + 6, FIGURE_WIDTH)
    page.hide_gridlines(2)
    page.set_print_scale(PRINT_SCALE)
    draw = {"sizes": draw_sizes, "posts": draw_posts, "hiring": draw_hiring, "budget": draw_budget}
    breaks = []
    for n, data in enumerate(chart_tables(book)):
        top = HEADER + 1 + n * SECTION_ROWS
        breaks += [top] if n else []
        page.write_string(top, 0, book.say(f"chart_{data.name}"), book.formats["title"])
        ranges = write_figures(book, page, sheet, top + 1, data)
        ranges |= write_window(book, page, sheet, top + 1, data) if data.name == "sizes" else {}
        chart = draw[data.name](book, data, ranges)
        chart.set_title({"none": True})
        chart.set_size({"width": CHART_WIDTH, "height": CHART_HEIGHT})
        page.insert_chart(top + 1, 0, chart, {"object_position": 2})
        whole = data.facts.get("n") == data.facts.get("all")
        below = book.say(f"chart_{data.name}_{'whole' if whole else 'note'}", **data.facts)
        page.write_string(top + SECTION_ROWS - 3, 0, below, book.formats["remark"])
    page.set_h_pagebreaks(breaks)
    last = HEADER + SECTION_ROWS * (len(breaks) + 1)
    page.print_area(0, 0, last, DATA_AT + 6)


def write_figures(book: Book, page: Any, sheet: str, top: int, data: Data) -> dict[str, str]:
    """Write the figures of a chart beside it and return the range of every column, that of the labels as ``labels``."""
    page.write_string(top, DATA_AT, book.say(f"chart_{data.name}_label"), book.formats["head"])
    for i, label in enumerate(data.labels):
        page.write_string(top + 1 + i, DATA_AT, str(label), book.formats["text"])
    ranges = {}
    for at, name in enumerate(["labels", *data.columns], start=DATA_AT):
        ranges[name] = f"={sheet}!{xl_range_abs(top + 1, at, top + len(data.labels), at)}"
        if name == "labels":
            continue
        page.write_string(top, at, book.say(f"series_{name}"), book.formats["head"])
        page.set_row(top, HEADER_POINTS)
        for i, (formula, value) in enumerate(data.columns[name]):
            style = book.formats["count" if name == "people_hired" else data.kind]
            write_cell(page, (top + 1 + i, at), None if value == "" else value, style, formula)
    return ranges


def axes(
    book: Book, chart: Any, data: Data, *, x: dict[str, Any] | None = None, y: dict[str, Any] | None = None
) -> None:
    """Set titles and fonts of both axes (``x``, ``y``: further options) and put the legend below."""
    for key, axis, more in (("x", chart.set_x_axis, x), ("y", chart.set_y_axis, y)):
        title = book.say(f"chart_{data.name}_{key}")
        grid = {"visible": key == "y", "line": {"color": "#D9D9D9"}}
        axis({"name": title, "name_font": FONT, "num_font": FONT, "major_gridlines": grid} | (more or {}))
    chart.set_legend({"position": "bottom", "font": FONT})


def write_window(book: Book, page: Any, sheet: str, top: int, data: Data) -> dict[str, str]:
    """Write the two ends of the window as lines to draw and return their ranges: ``low_x``, ``low_y`` …"""
    at, counts = DATA_AT + len(data.columns) + 1, [data.columns["inside"], data.columns["outside"]]
    tallest = max([1.0, *[float(value) for values in counts for _, value in values]])
    spans = [xl_range_abs(top + 1, DATA_AT + n, top + len(data.labels), DATA_AT + n) for n in (2, 3)]
    formula = f"=MAX(1,{','.join(spans)})"
    ranges = {}
    for k, key in enumerate(("x", "y")):
        page.write_string(top, at + k, book.say(f"series_window_{key}"), book.formats["head"])
    for n, end in enumerate(("low", "high")):
        first = top + 1 + 2 * n
        for row, formula_y, height in ((first, "=0", 0.0), (first + 1, formula, tallest)):
            page.write_number(row, at, data.facts[end], book.formats["count"])
            write_cell(page, (row, at + 1), height, book.formats["count"], formula_y)
        for k, key in enumerate(("x", "y")):
            ranges[f"{end}_{key}"] = f"={sheet}!{xl_range_abs(first, at + k, first + 1, at + k)}"
    return ranges


def draw_sizes(book: Book, data: Data, ranges: dict[str, str]) -> Any:
    """Return the sizes of grids as bars on a true scale, with the two ends of the window as lines."""
    chart = book.file.add_chart({"type": "scatter", "subtype": "straight"})
    middles = [value for _, value in data.columns["middle"]]
    step = (data.facts["high"] - data.facts["low"]) / 2
    least, most = max(0, min(middles) // step * step), -(-max(middles) // step) * step
    width = round(BAR_SHARE * PLOT_POINTS * (middles[1] - middles[0]) / (most - least), 1)
    for name, ink in (("inside", INK["blue"]), ("outside", INK["clay"])):
        bars = {"type": "percentage", "value": 100, "direction": "minus", "end_style": 0}
        chart.add_series(
            {
                "name": book.say(f"series_{name}"),
                "categories": ranges["middle"],
                "values": ranges[name],
                "line": {"none": True},
                "marker": {"type": "square", "size": 3, "fill": {"color": ink}, "border": {"none": True}},
                "y_error_bars": bars | {"line": {"color": ink, "width": width}},
            }
        )
    for end in ("low", "high"):
        words = book.say("series_window", households=data.facts[end])
        line = {"color": INK["sand"], "width": 2, "dash_type": "dash" if end == "low" else "solid"}
        chart.add_series(
            {
                "name": words,
                "categories": ranges[f"{end}_x"],
                "values": ranges[f"{end}_y"],
                "line": line,
                "marker": {"type": "none"},
            }
        )
    axes(book, chart, data, x={"min": least, "max": most, "major_unit": step})
    return chart


def draw_posts(book: Book, data: Data, ranges: dict[str, str]) -> Any:
    """Return the bands of posts as floating bars, with recommended, given and present as marks of their own shape."""
    chart = book.file.add_chart({"type": "column", "subtype": "stacked"})
    line = book.file.add_chart({"type": "line"})
    for name, fill in (("posts_min", {"none": True}), ("band", {"color": GROUND["blue"]})):
        edge = {"none": True} if name == "posts_min" else {"color": INK["blue"]}
        chart.add_series(series(book, ranges, name) | {"fill": fill, "border": edge, "gap": 60})
    marks = {
        "posts": ("diamond", INK["blue"]),
        "posts_given": ("circle", INK["mint"]),
        "present": ("x", INK["clay"]),
    }
    for name, (shape, ink) in marks.items():
        hollow = {"none": True} if name == "posts_given" else {"color": ink}
        mark = {"type": shape, "size": 8, "border": {"color": ink, "width": 1.5}, "fill": hollow}
        line.add_series(series(book, ranges, name) | {"line": {"none": True}, "marker": mark})
    chart.combine(line)
    axes(book, chart, data)
    chart.set_legend({"position": "bottom", "font": FONT, "delete_series": [0]})
    chart.show_blanks_as("gap")
    return chart


def draw_hiring(book: Book, data: Data, ranges: dict[str, str]) -> Any:
    """Return what the people hired so far cost in each year as columns with their figures."""
    chart = book.file.add_chart({"type": "column"})
    labels = {"value": True, "num_format": "#,##0.0;;", "font": FONT}
    look = {"fill": {"color": INK["mint"]}, "gap": 120, "data_labels": labels}
    chart.add_series(series(book, ranges, "cost") | look)
    axes(book, chart, data)
    chart.set_legend({"none": True})
    return chart


def draw_budget(book: Book, data: Data, ranges: dict[str, str]) -> Any:
    """Return the budget of the subdistricts as stacked bars, the parts in the order of the legend."""
    chart = book.file.add_chart({"type": "bar", "subtype": "stacked"})
    inks = {
        "base": INK["blue"],
        "performance": GROUND["blue"],
        "employer": INK["sand"],
        "other_lines": INK["clay"],
    }
    for name, ink in inks.items():
        chart.add_series(
            series(book, ranges, name) | {"fill": {"color": ink}, "border": {"color": "#FFFFFF"}, "gap": 50}
        )
    names = {key: book.say(f"chart_{data.name}_{key}") for key in ("x", "y")}  # of a bar chart, x lies
    axes(
        book, chart, data, x={"name": names["y"]}, y={"name": names["x"], "reverse": True, "crossing": "max"}
    )
    return chart


def series(book: Book, ranges: dict[str, str], name: str) -> dict[str, Any]:
    """Return name, labels and values of a series."""
    return {"name": book.say(f"series_{name}"), "categories": ranges["labels"], "values": ranges[name]}
