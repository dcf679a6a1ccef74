/* Tabs, evidence and clauses of the community page; then the map is fitted and shown. */
"use strict";
(function () {
  var data = gridder.data, map = window.map_main, page = gridder.page, one = gridder.one, all = gridder.all, make = gridder.make;
  var sheet = one(".sheet"), fitAll = page.fitAll;

  var showTab = page.showTab = function (name) {
    sheet.setAttribute("data-tab", name);
    all('[role="tab"]').forEach(function (tab) { tab.setAttribute("aria-selected", String(tab.getAttribute("data-tab") === name)); });
  };
  all('[role="tab"]').forEach(function (tab) { tab.addEventListener("click", function () { showTab(tab.getAttribute("data-tab")); }); });
  var evidence = one("#evidence-button");
  if (evidence) evidence.addEventListener("click", function () {
    var box = one("#evidence");
    box.hidden = !box.hidden;
    evidence.setAttribute("aria-expanded", String(!box.hidden));
  });
  var note = one("#clause-note"), noted = null;
  var closeNote = function () { if (noted) noted.setAttribute("aria-expanded", "false"); noted = null; note.hidden = true; };
  var readTag = function (tag) {
    noted = tag;
    tag.setAttribute("aria-expanded", "true");
    var said = tag.querySelector("." + gridder.lang());
    note.textContent = "";
    note.appendChild(make("b", "", (said || tag).textContent));
    note.appendChild(make("span", "aside", tag.getAttribute("data-force-" + gridder.lang())));
    note.appendChild(make("p", "", tag.getAttribute("data-words-" + gridder.lang())));
    note.hidden = false;
    var at = tag.getBoundingClientRect(), size = note.getBoundingClientRect();
    note.style.left = Math.max(8, Math.min(window.innerWidth - size.width - 8, at.left)) + "px";
    note.style.top = (at.top > size.height + 16 ? at.top - size.height - 6 : at.bottom + 6) + "px";
  };
  document.addEventListener("click", function (event) { // also of tags that scripts add later
    var tag = event.target.closest("button.tag"), again = tag && noted === tag;
    closeNote();
    if (tag && !again) readTag(tag);
  });
  document.addEventListener("scroll", closeNote, true);
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") closeNote(); });

  // ── begin ──
  var legend = one(".legend");
  if (window.innerWidth < 1280) legend.removeAttribute("open");
  gridder.bindLayers(map);
  var span = map.project(data.bounds[1], 15).subtract(map.project(data.bounds[0], 15));
  var many = sheet.classList.contains("many"); // a long table: the map takes a page of its own
  var paper = many ? [1046, 600] : [610, 520];
  var tall = Math.round(Math.max(300, Math.min(paper[1], 20 + (paper[0] - 20) * Math.abs(span.y / span.x))));
  gridder.preparePrint(map, [paper[0], tall], fitAll);
  fitAll();
  gridder.drawScale(map, one("#scale"), 96);
  var width = window.innerWidth;
  window.addEventListener("resize", function () {
    if (gridder.printing || window.innerWidth === width) return;
    width = window.innerWidth;
    map.invalidateSize({ animate: false });
    if (page.chosen() < 0) fitAll();
  });
})();
