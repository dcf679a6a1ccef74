"""The options that commands share: names, types, help in both languages."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer


class Lang(StrEnum):
    """Languages of messages and outputs."""

    zh = "zh"
    en = "en"


class EffortName(StrEnum):
    """How hard to look."""

    quick = "quick"
    standard = "standard"
    prove = "prove"


class ObjectiveName(StrEnum):
    """What a plan makes least."""

    boundary = "boundary"
    distance = "distance"


class BadRows(StrEnum):
    """What to do with rows that cannot be planned."""

    stop = "stop"
    quarantine = "quarantine"


class Missing(StrEnum):
    """What to do with unknown counts."""

    stop = "stop"
    zero = "zero"
    estimate = "estimate"


class PictureName(StrEnum):
    """Formats of pictures."""

    png = "png"
    svg = "svg"
    none = "none"


def option(name: str, help: str) -> Any:
    """Return a typer option with its help."""
    return typer.Option(name, help=help, show_default=False)


InputArg = Annotated[Path, typer.Argument(help="GeoPackage, folder, one file, or district.yaml 输入数据")]
OutOpt = Annotated[Path | None, option("--out", "where to deliver; default maps/<input> 输出目录")]
PolicyOpt = Annotated[str | None, option("--policy", "name or file of the rules; default jilin-2020 规则")]
GridsOpt = Annotated[str, option("--grids", "target|fewest|most|free|N; default target 网格数")]
ObjectiveOpt = Annotated[
    ObjectiveName,
    option("--objective", "boundary|distance: what is made least; default boundary 目标：界线或步行距离"),
]
EffortOpt = Annotated[EffortName, option("--effort", "quick|standard|prove 求解力度")]
SeedOpt = Annotated[int, typer.Option("--seed", help="seed of the random generator 随机种子", min=0)]
LangOpt = Annotated[Lang, option("--lang", "zh|en 语言")]
ColumnsOpt = Annotated[
    list[str] | None, option("--columns", "households=户数,communities.community_id=SQDM 列名")
]
LayerOpt = Annotated[list[str] | None, option("--layer", "communities=iris 图层名")]
StaffingOpt = Annotated[
    list[str] | None,
    option("--staffing", "county_cap=220,reference_wage_yuan_year=62000,employer_rate=0.3 人员经费参数"),
]
CrsOpt = Annotated[str | None, option("--crs", "CRS of layers that state none, e.g. EPSG:4549 坐标系")]
CoordsOpt = Annotated[
    str | None, option("--coords", "wgs84|cgcs2000|gcj02|bd09, also by layer: communities=gcj02 经纬度基准")
]
EncodingOpt = Annotated[str | None, option("--encoding", "e.g. GB18030 编码")]
BadRowsOpt = Annotated[BadRows, option("--bad-rows", "stop|quarantine 无法划分的行")]
MissingOpt = Annotated[Missing, option("--missing", "stop|zero|estimate 户数缺失")]
JobsOpt = Annotated[int, typer.Option("--jobs", help="processes 进程数", min=1)]
PicturesOpt = Annotated[
    PictureName | None, option("--pictures", "png|svg|none: a picture of each community 静态图")
]
BasemapOpt = Annotated[
    str | None,
    option("--basemap", "tianditu, tiles https://…/{z}/{x}/{y}, or none: pages then use the network 底图"),
]
KeyOpt = Annotated[str | None, option("--key", "key of the basemap; readable in the pages 底图密钥")]
BasemapCoordsOpt = Annotated[
    str | None, option("--basemap-coords", "wgs84|gcj02: what the tiles are drawn in 底图坐标")
]
OverwriteOpt = Annotated[bool, option("--overwrite", "replace an older delivery 覆盖")]
JsonOpt = Annotated[bool, option("--json", "result as JSON on stdout")]
YamlOpt = Annotated[bool, option("--yaml", "the policy file itself, to copy and change 规则文件原文")]
QuietOpt = Annotated[bool, option("-q", "no progress 安静")]
VerboseOpt = Annotated[bool, option("-v", "all findings 详细")]
DateOpt = Annotated[str, option("--effective-date", "date the codes take effect, YYYY-MM-DD 生效日期")]
AnonymousOpt = Annotated[
    bool, option("--anonymous", "leave the persons of a roster out, keep the counts 不输出花名册")
]
