/* Search by building, address, compound and grid. */
"use strict";
(function () {
  var data = gridder.data, map = window.map_main, page = gridder.page, one = gridder.one, make = gridder.make;
  var input = one("#search"), list = one("#found"), hits = [], active = -1, SHOWN = 12;
  var search = function (text) {
    var wanted = text.trim().toLowerCase();
    if (!wanted) return [];
    var has = function (value) { return value && String(value).toLowerCase().indexOf(wanted) >= 0; };
    var found = [];
    data.grids.forEach(function (grid, g) {
      if (has(grid.no) || has(grid.code) || has(grid.site)) found.push({ kind: "kind_grid", text: grid.no + (grid.site ? " " + grid.site : ""), go: function () { page.select(g, true); } });
    });
    data.compounds.forEach(function (c) {
      if (has(c.name)) found.push({ kind: "kind_compound", text: c.name, go: function () { gridder.fit(map, c.bounds, page.padding()); } });
    });
    data.buildings.forEach(function (b, i) {
      if (has(b[2]) || has(b[0])) found.push({ kind: "kind_building", text: page.nameOf(i), grid: page.gridOf(i), go: function () { showBuilding(i); } });
    });
    return found;
  };
  var showBuilding = function (b) {
    if (page.gridOf(b) >= 0) page.select(page.gridOf(b), false);
    if (!page.shapes[b]) return;
    map.setView(page.shapes[b].getBounds().getCenter(), Math.max(map.getZoom(), 18), { animate: false });
    page.ring(b);
  };
  var closeSearch = function () { list.hidden = true; active = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  var choose = function (hit) { closeSearch(); page.showTab("grids"); page.setFilter("all"); hit.go(); };
  var showHits = function () {
    list.textContent = "";
    var found = search(input.value);
    hits = found.slice(0, SHOWN);
    one("#hint").textContent = input.value.trim() ? gridder.say(found.length ? "found_n" : "found_none", { n: found.length }) : "";
    hits.forEach(function (hit, n) {
      var note = gridder.say(hit.kind) + (hit.grid >= 0 ? " " + data.grids[hit.grid].no : "");
      var item = make("li", n === active ? "active" : "", make("span", "", hit.text), make("span", "aside", note));
      item.id = "found-" + n;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(n === active));
      item.addEventListener("mousedown", function (event) { event.preventDefault(); choose(hit); });
      list.appendChild(item);
    });
    if (found.length > SHOWN) list.appendChild(make("li", "aside none", gridder.say("found_more", { n: found.length - SHOWN })));
    if (!hits.length && input.value.trim()) list.appendChild(make("li", "aside none", gridder.say("found_none")));
    list.hidden = !input.value.trim();
    input.setAttribute("aria-expanded", String(!list.hidden));
    if (active >= 0) input.setAttribute("aria-activedescendant", "found-" + active);
  };
  input.addEventListener("input", function () { active = -1; showHits(); });
  input.addEventListener("blur", closeSearch);
  input.addEventListener("keydown", function (event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      active = Math.max(0, Math.min(hits.length - 1, active + (event.key === "ArrowDown" ? 1 : -1)));
      showHits();
    } else if (event.key === "Enter" && hits.length) choose(hits[Math.max(0, active)]);
    else if (event.key === "Escape") closeSearch();
  });
})();
