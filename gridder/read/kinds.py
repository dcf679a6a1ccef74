"""Barriers' kinds by the words people write: Chinese, English, OpenStreetMap."""

from __future__ import annotations

import pandas as pd

from gridder.errors import Finding, InputError
from gridder.read.counts import fold_text
from gridder.read.settings import Source
from gridder.tables import BARRIER_KINDS

KIND_WORDS: dict[str, tuple[str, ...]] = {
    "river": ("河流", "河", "河道", "江", "水系", "水域", "运河", "stream", "canal", "water", "waterway"),
    "railway": ("铁路", "铁道", "轨道", "rail", "railroad"),
    "expressway": ("快速路", "高速", "高速公路", "高架路", "城市快速路", "motorway", "trunk", "freeway"),
    "arterial": ("主干道", "主干路", "城市主干道", "primary"),
    "road": ("道路", "路", "支路", "次干道", "次干路", "街道", "街", "street", "secondary", "tertiary",
             "residential"),
    "wall": ("围墙", "墙", "围栏", "栅栏", "fence"),
    "crossing": (
        "通道", "桥", "桥梁", "大桥", "地道", "隧道", "天桥", "过街天桥", "人行天桥", "地下通道",
        "大门", "出入口", "门", "bridge", "underpass", "gate", "footbridge", "tunnel",
    ),
}  # fmt: skip


def normalise_kinds(source: Source, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Return barriers with gridder's kinds, those of unknown kinds left out, and the warning that says so."""
    words = {fold_text(word): kind for kind, known in KIND_WORDS.items() for word in (kind, *known)}
    own = {fold_text(word): kind for word, kind in source.kinds.items()}
    for kind in (*own.values(), *([source.kind] if source.kind else [])):
        if kind not in BARRIER_KINDS:
            raise InputError(
                "errors.barrier_kind", file=source.label, kind=kind, known=", ".join(BARRIER_KINDS)
            )
    said = [fold_text(text) if text else "" for text in frame["kind"]]
    kinds = pd.Series(
        [own.get(text, words.get(text, source.kind)) for text in said], index=frame.index, dtype=object
    )
    unknown = frame.loc[kinds.isna(), "kind"].fillna("—")
    counted = sorted(unknown.value_counts().items(), key=lambda item: (-item[1], str(item[0])))
    listed = ", ".join(f"{word} ({n})" for word, n in counted)
    facts = {"file": source.label, "n": len(unknown), "kinds": listed, "known": ", ".join(BARRIER_KINDS)}
    findings = [Finding("read.kinds_ignored", "warning", facts, layer="barriers")] if len(unknown) else []
    return frame.assign(kind=kinds), findings
