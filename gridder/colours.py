"""The colours that maps and charts share: five that colour-blind readers can tell apart."""

from __future__ import annotations

# grounds ΔE ≥ 8.6 and buildings ΔE ≥ 6.7 over normal, protan, deutan and tritan vision;
# a building stands ≥ 3.1:1 on its ground
NAMES = ("blue", "sand", "mint", "clay", "lilac")
GROUNDS = ("#C6DFF6", "#FAEDCB", "#DBF0E1", "#EEC6BC", "#C9BBDD")
BUILDINGS = ("#4179A6", "#8C6D2A", "#3B7B62", "#8F453A", "#6C5F93")
