"""The colours that maps and charts share: five that colour-blind readers can tell apart."""

from __future__ import annotations

# any two differ by CIEDE2000 ≥ 6.3 (grounds) and ≥ 6.0 (buildings) over normal, protan, deutan and tritan vision, least
# blue and mint; a building stands ≥ 3.1:1 on its ground
NAMES = ("blue", "sand", "mint", "clay", "lilac")
GROUNDS = ("#C6DFF6", "#FAEDCB", "#DBF0E1", "#EEC6BC", "#BFAFDA")
BUILDINGS = ("#4179A6", "#8C6D2A", "#3B7B62", "#8F453A", "#584D83")
