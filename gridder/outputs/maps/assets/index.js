/* The district page: totals, map by status, table worst first. Row and map select each other. */
"use strict";
(function () {
  var data = gridder.data, facts = data.facts, rows = data.rows, make = gridder.make, say = gridder.say;
  var chart = window.map_district, html = document.documentElement;
  var grounds = window.geo_json_grounds, hatches = window.geo_json_hatches;
  var state = { only: false, subdistrict: "*", query: "", key: null, up: false, chosen: null };
  var PAPER = [1030, 545]; // the map on A4 landscape, CSS pixels
  var byPlace = {}; // place of a community → its shape on the map

  // ── what a row is ──
  var FILL = {
    optimal: "#A9D3C5", bounded: "#CFE6DD", locally_optimal: "#E6EFEB", feasible: "#E6EFEB", look: "#F3B58F",
    failed: "#A63A0A", empty: "#ECEEEF"
  };
  function kind(row) {
    if (row.status === "failed" || row.status === "empty") return row.status;
    return row.exceptions > 0 || row.status === "relaxed" ? "look" : row.status;
  }
  function needsLook(row) { return kind(row) === "look" || kind(row) === "failed"; }
  function subdistrictName(name) { return name || say("no_subdistrict"); }
  function number(n) { return n == null ? "—" : gridder.number(n); }
  function percent(share) {
    var p = share * 100;
    return (p === 0 ? "0" : p < 0.05 ? "<0.1" : p.toFixed(1)) + "%";
  }
  function sum(list, key) { return list.reduce(function (all, row) { return all + (row[key] || 0); }, 0); }
  function known(list, key) { return list.filter(function (row) { return row[key] != null; }); }
  function band(low, high) { return low == null ? "—" : low === high ? number(low) : number(low) + "–" + number(high); }

  // ── order and filter ──
  function worstFirst(a, b) {
    return (b.status === "failed") - (a.status === "failed") || (b.exceptions || 0) - (a.exceptions || 0) ||
      (b.status === "relaxed") - (a.status === "relaxed") || (b.gap || 0) - (a.gap || 0) ||
      (b.households || 0) - (a.households || 0) || (a.id < b.id ? -1 : 1);
  }
  var RANK = ["failed", "look", "feasible", "locally_optimal", "bounded", "optimal", "empty"];
  function value(row, key) {
    if (key === "status") return RANK.indexOf(kind(row)) * 1000 - (row.exceptions || 0);
    return row[key] == null ? null : row[key];
  }
  function ordered(list) {
    var found = list.slice().sort(worstFirst);
    if (!state.key) return found;
    var language = html.lang, sign = state.up ? 1 : -1;
    return found.map(function (row, i) { return [row, i]; }).sort(function (one, two) {
      var a = value(one[0], state.key), b = value(two[0], state.key);
      if (a === null || b === null) return (a === null) - (b === null) || one[1] - two[1];
      var order = typeof a === "string" ? a.localeCompare(b, language) : a - b;
      return order * sign || one[1] - two[1];
    }).map(function (pair) { return pair[0]; });
  }
  function shown() {
    var query = state.query.trim().toLowerCase();
    return rows.filter(function (row) {
      if (state.only && !needsLook(row)) return false;
      if (state.subdistrict !== "*" && row.subdistrict !== state.subdistrict) return false;
      if (!query) return true;
      var id = row.id.toLowerCase();
      return row.name.toLowerCase().indexOf(query) >= 0 || row.subdistrict.toLowerCase().indexOf(query) >= 0 ||
        id.indexOf(query) >= 0 || query.length > id.length && query.indexOf(id) === 0;
    });
  }

  // ── totals ──
  // a yearly sum, in ten thousands (Chinese) or thousands (English), with a digit where it is small
  function money(yuan) {
    var unit = gridder.lang() === "zh" ? 10000 : 1000, whole = Math.round(yuan / unit * 10) / 10;
    return say("money", { n: gridder.number(Math.floor(whole)) + (whole < 1000 ? "." + Math.round(whole * 10) % 10 : "") });
  }
  function drawTotals() {
    var live = rows.filter(function (row) { return row.status !== "empty"; });
    var look = rows.filter(needsLook).length, grids = facts.grids;
    var all = sum(rows, "grids"), withStaff = known(rows, "present");
    var posts = known(rows, "posts"), unknown = !withStaff.length;
    var judged = grids.lawful + grids.exception;
    var gapNote = unknown ? say("total_gap_unknown")
      : withStaff.length < rows.length
        ? say("total_gap_part", { known: number(withStaff.length), present: number(sum(rows, "present")) })
        : say("total_gap_note", { present: number(sum(rows, "present")), years: facts.years });
    var cells = [
      ["total_communities", number(rows.length), say("total_communities_note",
        { lawful: live.length - look, look: look, empty: rows.length - live.length })],
      ["total_households", number(sum(rows, "households")),
        say("total_households_note", { low: number(facts.low), high: number(facts.high) }), gridder.text(facts.clause)],
      ["total_grids", number(all), say("total_grids_note", {
        lawful: number(grids.lawful), exceptions: number(grids.exception),
        share: judged ? percent(grids.lawful / judged) : "—"
      }) + (grids.special ? say("total_grids_special", { special: number(grids.special) }) : "")],
      ["total_workers", number(sum(rows, "workers")) + " / " + number(sum(rows, "police")), say("total_workers_note")],
      ["total_posts", posts.length ? band(sum(rows, "posts_min"), sum(rows, "posts_max")) : "—",
        say("total_posts_note", { advised: number(sum(rows, "posts")) }) +
        (facts.cap == null ? "" : say("total_posts_cap", { cap: number(facts.cap) }))],
      ["total_gap", unknown ? "—" : say("total_gap_value", { n: number(sum(rows, "gap")) }), gapNote]
    ];
    var priced = known(rows, "cost");
    if (priced.length) {
      cells.push(["total_cost", money(sum(priced, "cost")), say(priced.length === live.length ? "total_cost_note" : "total_cost_part",
        { known: number(priced.length), all: number(live.length) })]);
    }
    var node = gridder.one("#totals");
    node.textContent = "";
    cells.forEach(function (cell) {
      node.appendChild(make("div", "total", make("p", "total-name", say(cell[0])), make("p", "total-value", cell[1]),
        make("p", "total-note", cell[2], cell[3] ? make("span", "clause", cell[3]) : null)));
    });
  }

  // ── table ──
  var COLUMNS = [
    ["name", "name"], ["subdistrict", "subdistrict"], ["status", "status"], ["households", "households"],
    ["grids", "grids"], ["lawful", "lawful_min"], ["posts_band", "posts_max"], ["posts", "posts"],
    ["present", "present"], ["gap", "gap"], ["round", "round_min"], ["distance", "distance"]
  ];
  var TEXT = { name: 1, subdistrict: 1, status: 1 };
  // a column nobody has a figure for is left out
  COLUMNS = COLUMNS.filter(function (column) {
    if (column[0] === "subdistrict") return rows.some(function (row) { return row.subdistrict; });
    if (column[0] === "present" || column[0] === "round" || column[0] === "distance") return known(rows, column[1]).length > 0;
    return column[0] !== "gap" || known(rows, "gap").length > 0;
  });

  function drawHead() {
    var line = make("tr");
    COLUMNS.forEach(function (column) {
      var cell = make("th", "col-" + column[0]), active = state.key === column[1];
      cell.scope = "col";
      var mark = active ? (state.up ? "▲" : "▼") : !state.key && column[0] === "status" ? "▼" : "";
      var button = make("button", "sort", make("span", "", say("col_" + column[0])), make("span", "sort-mark", mark));
      button.type = "button";
      button.addEventListener("click", function () { sortBy(column[1], !!TEXT[column[0]]); });
      cell.setAttribute("aria-sort", active ? (state.up ? "ascending" : "descending") : "none");
      cell.appendChild(button);
      line.appendChild(cell);
    });
    var head = gridder.one("#table thead"), focused = head.contains(document.activeElement) ? state.key : null;
    head.textContent = "";
    head.appendChild(line);
    COLUMNS.forEach(function (column, i) { if (focused && column[1] === focused) line.cells[i].firstChild.focus(); });
  }
  function sortBy(key, textFirst) {
    if (state.key !== key) { state.key = key; state.up = textFirst; }
    else if (state.up === textFirst) state.up = !textFirst;
    else state.key = null;
    draw();
  }

  function statusChip(row) {
    var what = kind(row), text, sign, look = "quiet";
    if (what === "look") {
      sign = "▲"; look = "out";
      text = row.exceptions ? say("status_exceptions", { n: row.exceptions }) : say("status_relaxed");
    } else if (what === "failed") { sign = "✕"; look = "failed"; text = say("status_failed"); }
    else if (what === "empty") { sign = ""; text = say("status_empty"); }
    else { sign = "✓"; look = "lawful"; text = say("status_" + what); }
    var chip = make("span", "chip " + look, sign ? make("span", "sign", sign + "\u2009") : null, text);
    chip.title = say("about_status_" + (what === "look" ? "exceptions" : what) +
      (row.fixed_k && (what === "optimal" || what === "bounded") ? "_k" : ""), { n: number(row.grids) });
    return chip;
  }
  function distance(row) {
    if (row.distance == null || row.status === "empty" || row.status === "failed") return "—";
    return (row.distance === 0 ? "0" : "≤ " + percent(row.distance)) + (row.fixed_k ? "*" : "");
  }
  function rowName(row) {
    if (!row.page) return make("span", "who", row.name);
    var link = make("a", "who", row.name);
    link.setAttribute("data-page", row.page);
    link.href = row.page + "#lang=" + gridder.lang();
    return link;
  }
  // the second line of a row on a phone
  function figures(row) {
    return say(row.gap == null ? "row_figures" : "row_figures_gap", {
      households: number(row.households), grids: number(row.grids), gap: number(row.gap), lawful: cellOf(row, "lawful")
    });
  }
  function cellOf(row, column) {
    switch (column) {
      case "name": return make("div", "", rowName(row), make("span", "figures", figures(row)));
      case "subdistrict": return subdistrictName(row.subdistrict);
      case "status": return statusChip(row);
      case "lawful": return row.status === "empty" ? "—" : row.lawful_min == null ? say("no_lawful") : band(row.lawful_min, row.lawful_max);
      case "posts_band": return band(row.posts_min, row.posts_max);
      case "round": return row.round_min == null ? "—" : say("minutes", { n: Math.round(row.round_min) });
      case "distance": return distance(row);
      default: return number(row[column]);
    }
  }
  function drawRow(row) {
    var place = rows.indexOf(row), line = make("tr", needsLook(row) ? "needs-look" : "");
    COLUMNS.forEach(function (column) {
      var cell = make("td", "col-" + column[0], cellOf(row, column[0]));
      cell.setAttribute("data-head", say("col_" + column[0]));
      if (column[0] === "gap" && row.gap > 0) cell.classList.add("strong");
      line.appendChild(cell);
    });
    line.setAttribute("data-place", place);
    line.tabIndex = -1;
    line.addEventListener("click", function (event) { if (!event.target.closest("a")) choose(place, "table"); });
    line.addEventListener("mouseenter", function () { hover(place); });
    line.addEventListener("mouseleave", function () { hover(null); });
    return line;
  }
  function drawFoot(list) {
    var line = make("tr"), exceptions = sum(list, "exceptions");
    var text = {
      name: say("total_row", { n: number(list.length) }), subdistrict: "",
      status: make("span", "chip quiet", exceptions ? say("total_exceptions", { n: exceptions }) : say("total_no_exceptions")),
      households: number(sum(list, "households")), grids: number(sum(list, "grids")), lawful: "",
      posts_band: known(list, "posts_min").length ? band(sum(list, "posts_min"), sum(list, "posts_max")) : "—",
      posts: known(list, "posts").length ? number(sum(list, "posts")) : "—",
      present: known(list, "present").length ? number(sum(list, "present")) : "—",
      gap: known(list, "gap").length ? number(sum(list, "gap")) : "—", round: "", distance: ""
    };
    COLUMNS.forEach(function (column) {
      var cell = make("td", "col-" + column[0], text[column[0]]);
      cell.setAttribute("data-head", say("col_" + column[0]));
      line.appendChild(cell);
    });
    var foot = gridder.one("#table tfoot");
    foot.textContent = "";
    foot.appendChild(line);
  }
  function drawTable() {
    var list = ordered(shown()), body = gridder.one("#rows");
    body.textContent = "";
    list.forEach(function (row) { body.appendChild(drawRow(row)); });
    if (!list.length) {
      var blank = make("td", "none", say("none_found"));
      blank.colSpan = COLUMNS.length;
      body.appendChild(make("tr", "", blank));
    }
    drawHead();
    drawFoot(list);
    markChosen();
    var first = body.querySelector("tr.chosen") || body.querySelector("tr[data-place]");
    if (first) first.tabIndex = 0;
  }
  function drawNotes() {
    var node = gridder.one("#notes"), keys = ["note_lawful"];
    if (known(rows, "distance").length) keys.push("note_distance");
    if (rows.some(function (row) { return row.fixed_k && row.distance != null; })) keys.push("note_fixed");
    if (known(rows, "round_min").length) keys.push("note_round");
    node.textContent = "";
    keys.forEach(function (key) { node.appendChild(make("p", "", say(key))); });
    if (known(rows, "gap").length) node.appendChild(make("p", "", say(
      facts.ungiven ? "note_gap_cap" : "note_gap",
      { clause: gridder.text(facts.gap_clause), cap: number(facts.cap), n: number(facts.ungiven) })));
  }

  // ── filters ──
  function drawBar() {
    gridder.one("#all").textContent = say("filter_all", { n: number(rows.length) });
    gridder.one("#look").textContent = say("filter_look", { n: number(rows.filter(needsLook).length) });
    gridder.one("#all").setAttribute("aria-pressed", String(!state.only));
    gridder.one("#look").setAttribute("aria-pressed", String(state.only));
    var select = gridder.one("#subdistrict"), names = {};
    rows.forEach(function (row) { names[row.subdistrict] = true; });
    select.textContent = "";
    [["*", say("all_subdistricts")]].concat(Object.keys(names).sort().map(function (name) {
      return [name, subdistrictName(name)];
    })).forEach(function (pair) {
      var option = make("option", "", pair[1]);
      option.value = pair[0];
      option.selected = pair[0] === state.subdistrict;
      select.appendChild(option);
    });
    select.hidden = Object.keys(names).length < 2;
    var active = COLUMNS.filter(function (column) { return column[1] === state.key; })[0];
    gridder.one("#order").textContent = active ? say("sorted_by", { column: say("col_" + active[0]) }) : say(known(rows, "gap").length ? "sorted_default" : "sorted_plain");
    gridder.one("#reorder").hidden = !active;
  }
  function drawFindings() {
    var lost = facts.quarantine, list = data.findings.slice(), node = gridder.one("#findings");
    if (lost.rows) {
      var key = lost.unknown ? "findings_quarantine_unknown" : "findings_quarantine";
      list.unshift({ level: "problem", text: say(key, {
        rows: number(lost.rows), households: number(lost.households), unknown: number(lost.unknown)
      }) });
    }
    var summary = node.querySelector("summary"), items = node.querySelector("ul");
    summary.textContent = items.textContent = "";
    [make("span", "findings-name", say("findings")), make("span", "findings-count", list.length ? say("findings_count", { n: list.length }) : say("findings_none"))]
      .forEach(function (part) { summary.appendChild(part); });
    var sign = { problem: "▲", warning: "!", note: "–" };
    list.forEach(function (finding) {
      items.appendChild(make("li", "level-" + finding.level,
        make("span", "level", sign[finding.level] + " " + say("level_" + finding.level)),
        make("span", "finding", gridder.text(finding.text))));
    });
  }

  // ── map ──
  var hovered = null, chosenLayer = null, started = false;
  function fade(place) { return visible[place] ? 1 : 0.35; }
  var visible = {};
  function paint() {
    visible = {};
    shown().forEach(function (row) { visible[rows.indexOf(row)] = true; });
    if (grounds) grounds.eachLayer(function (shape) {
      var place = shape.feature.properties.i;
      byPlace[place] = shape;
      shape.setStyle({ fillColor: FILL[kind(rows[place])], fillOpacity: fade(place) });
    });
    if (hatches) hatches.eachLayer(function (shape) { shape.setStyle({ fillOpacity: fade(shape.feature.properties.i) }); });
  }
  function outlineOf(place) {
    var style = function (colour, weight) {
      return gridder.outlineOf(byPlace[place], { pane: "chosen", color: colour, weight: weight });
    };
    return L.layerGroup([style("#FFFFFF", 7), style("#12487A", 4)]);
  }
  function markChosen() {
    gridder.all("#rows tr").forEach(function (line) {
      var mine = state.chosen !== null && line.getAttribute("data-place") === String(state.chosen);
      line.classList.toggle("chosen", mine);
      line.setAttribute("aria-selected", String(mine));
      line.tabIndex = mine ? 0 : -1;
    });
    if (chosenLayer) chart.removeLayer(chosenLayer);
    chosenLayer = state.chosen !== null && byPlace[state.chosen] ? outlineOf(state.chosen).addTo(chart) : null;
  }
  function choose(place, from) {
    state.chosen = state.chosen === place && from === "map" ? null : place;
    markChosen();
    if (state.chosen === null) return;
    var line = gridder.one('#rows tr[data-place="' + place + '"]');
    if (line && from === "map") line.scrollIntoView({ block: "nearest" });
    if (byPlace[place] && from === "table" && !chart.getBounds().contains(byPlace[place].getBounds())) {
      chart.panTo(byPlace[place].getBounds().getCenter(), { animate: false });
    }
    drawLabels();
  }
  function hover(place) {
    if (hovered !== null && byPlace[hovered]) byPlace[hovered].setStyle({ color: "#FFFFFF", weight: 2 });
    hovered = place;
    if (place !== null && byPlace[place]) byPlace[place].setStyle({ color: "#12487A", weight: 3 }).bringToFront();
    gridder.all("#rows tr").forEach(function (line) {
      line.classList.toggle("hovered", place !== null && line.getAttribute("data-place") === String(place));
    });
    chart.getContainer().style.cursor = place === null ? "" : "pointer";
  }
  // even-odd over all rings: parts and holes alike
  function holds(shape, at) {
    var inside = false;
    (function walk(rings) {
      if (!rings.length || !rings[0]) return;
      if (Array.isArray(rings[0])) { rings.forEach(walk); return; }
      for (var i = 0, j = rings.length - 1; i < rings.length; j = i++) {
        var a = rings[i], b = rings[j];
        if (a.lat > at.lat !== b.lat > at.lat && at.lng < (b.lng - a.lng) * (at.lat - a.lat) / (b.lat - a.lat) + a.lng) inside = !inside;
      }
    })(shape.getLatLngs());
    return inside;
  }
  function under(at) {
    var found = null;
    Object.keys(byPlace).forEach(function (place) {
      if (found === null && byPlace[place].getBounds().contains(at) && holds(byPlace[place], at)) found = Number(place);
    });
    return found;
  }
  function labelNode(place) {
    var row = rows[place], what = kind(row);
    var short = row.name.replace(/(.)社区$/, "$1");
    var below = what === "look" && row.exceptions ? say("label_exceptions", { n: row.exceptions })
      : what === "failed" ? say("status_failed") : what === "empty" ? say("status_empty") : say("label_grids", { n: row.grids });
    var node = make("span", "district-label " + what, make("b", "", (what === "look" ? "▲ " : what === "failed" ? "✕ " : "") + short), make("i", "", below));
    if (!visible[place]) node.classList.add("faded");
    return node;
  }
  function listLabels() {
    var metresPerPixel = chart.distance(chart.containerPointToLatLng([0, 0]), chart.containerPointToLatLng([100, 0])) / 100;
    return data.labels.map(function (at, place) { return [at, place]; }).filter(function (pair) {
      if (!pair[0]) return false;
      var row = rows[pair[1]], room = pair[0][2] / metresPerPixel;
      var half = row.name.split("").reduce(function (sum, sign) { return sum + (sign > "\u2e80" ? 6.3 : 3.8); }, 0);
      return pair[1] === state.chosen || needsLook(row) || room > Math.max(13, Math.min(half, 50) * 0.6);
    }).sort(function (a, b) {
      return (b[1] === state.chosen) - (a[1] === state.chosen) || needsLook(rows[b[1]]) - needsLook(rows[a[1]]) || b[0][2] - a[0][2] || a[1] - b[1];
    }).map(function (pair) {
      return { at: L.latLng(pair[0][0], pair[0][1]), node: function () { return labelNode(pair[1]); } };
    });
  }
  function drawLegend() {
    var groups = [["look", "legend_look"], ["failed", "legend_failed"], ["optimal", "legend_optimal"], ["bounded", "legend_bounded"],
      ["local", "legend_local"], ["empty", "legend_empty"]];
    var node = gridder.one("#legend"), list = make("ul");
    groups.forEach(function (group) {
      var n = rows.filter(function (row) {
        var what = kind(row);
        return what === group[0] || group[0] === "local" && (what === "feasible" || what === "locally_optimal");
      }).length;
      if (n) list.appendChild(make("li", "", make("span", "swatch " + group[0]), make("span", "legend-text", say(group[1])), make("span", "legend-n", n)));
    });
    var several = rows.some(function (row) { return row.subdistrict !== rows[0].subdistrict; });
    if (several) list.appendChild(make("li", "", make("span", "swatch line"), make("span", "legend-text", say("legend_subdistrict"))));
    node.textContent = "";
    node.appendChild(make("p", "legend-head", say("legend")));
    node.appendChild(list);
  }
  function fit() {
    if (!data.labels.some(Boolean)) return;
    var legend = gridder.one("#legend"), over = window.getComputedStyle(legend).position === "absolute";
    chart.invalidateSize({ animate: false, pan: false });
    var below = over ? legend.offsetHeight + 28 : 16, size = chart.getSize();
    if (size.x > 64 && size.y > below + 64) gridder.fit(chart, grounds.getBounds(), [data.basemap ? 30 : 16, 16, below, 16]);
  }

  // ── together ──
  function draw() { paint(); drawBar(); drawTable(); drawLabels(); }
  function drawAll() { drawTotals(); drawLegend(); drawNotes(); drawFindings(); draw(); if (!started) { started = true; fit(); } }

  var drawLabels = gridder.drawLabels(chart, listLabels);
  chart.attributionControl.setPrefix(false);
  document.addEventListener("gridder:lang", drawAll);
  gridder.preparePrint(chart, PAPER, fit);
  window.addEventListener("beforeprint", function () { gridder.one("#findings").open = true; });

  function set(key, to) { state[key] = to; draw(); }
  gridder.one("#all").addEventListener("click", function () { set("only", false); });
  gridder.one("#look").addEventListener("click", function () { set("only", true); });
  gridder.one("#subdistrict").addEventListener("change", function () { set("subdistrict", this.value); });
  gridder.one("#find").addEventListener("input", function () { set("query", this.value); });
  gridder.one("#reorder").addEventListener("click", function () { set("key", null); });
  gridder.one("#zoom-in").addEventListener("click", function () { chart.zoomIn(0.5); });
  gridder.one("#zoom-out").addEventListener("click", function () { chart.zoomOut(0.5); });
  gridder.one("#zoom-fit").addEventListener("click", fit);
  chart.on("click", function (event) { var place = under(event.latlng); if (place !== null) choose(place, "map"); });
  chart.on("mousemove", function (event) { var place = under(event.latlng); if (place !== hovered) hover(place); });
  chart.on("mouseout", function () { hover(null); });
  gridder.one("#rows").addEventListener("keydown", function (event) {
    var line = event.target.closest("tr[data-place]");
    if (!line) return;
    var step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (step && line[step]) { line.tabIndex = -1; line[step].tabIndex = 0; line[step].focus(); event.preventDefault(); }
    if ((event.key === "Enter" || event.key === " ") && event.target === line) {
      choose(Number(line.getAttribute("data-place")), "table");
      event.preventDefault();
    }
  });
  window.addEventListener("resize", fit);
})();
