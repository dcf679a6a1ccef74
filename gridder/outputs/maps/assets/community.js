/* The page of one community: map and table answer each other. */
"use strict";
(function () {
  var data = gridder.data, map = window.map_main, one = gridder.one, all = gridder.all, make = gridder.make;
  var root = document.documentElement, sheet = one(".sheet");
  var chosen = -1, onlyLook = false;
  map.attributionControl.setPrefix(false);

  // ── where the map's room is ──
  var padding = function () {
    if (gridder.printing) return [10, 10, 10, 10];
    var width = window.innerWidth;
    return width < 1024 ? [16, 16, 52, 16] : [24, 218, 24, 24];
  };
  var fitAll = function () { gridder.fit(map, data.bounds, padding()); };
  var zoom = L.control.zoom({ position: "bottomright" }).addTo(map);
  var nameZoom = function () {
    [[zoom._zoomInButton, "zoom_in"], [zoom._zoomOutButton, "zoom_out"]].forEach(function (pair) {
      pair[0].title = gridder.say(pair[1]);
      pair[0].setAttribute("aria-label", gridder.say(pair[1]));
    });
  };
  document.addEventListener("gridder:lang", nameZoom);

  // ── grids: which polygon belongs to which row ──
  var grounds = [], shapes = [];
  var layerOf = function (name) { return window["geo_json_" + name]; };
  if (layerOf("ground")) layerOf("ground").eachLayer(function (layer) { grounds[layer.feature.properties.g] = layer; });
  if (layerOf("buildings")) layerOf("buildings").eachLayer(function (layer) { shapes[layer.feature.properties.b] = layer; });
  var rows = {};
  all("tbody.grid").forEach(function (body) { rows[body.getAttribute("data-g")] = body; });

  var inRing = function (ring, at) {
    var inside = false;
    for (var i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      if (ring[i].lat > at.lat !== ring[j].lat > at.lat &&
          at.lng < (ring[j].lng - ring[i].lng) * (at.lat - ring[i].lat) / (ring[j].lat - ring[i].lat) + ring[i].lng) inside = !inside;
    }
    return inside;
  };
  var inShape = function (rings, at) {
    if (!rings.length) return false;
    if (!Array.isArray(rings[0])) return inRing(rings, at);
    if (Array.isArray(rings[0][0])) return rings.some(function (part) { return inShape(part, at); });
    return rings.reduce(function (inside, ring) { return inRing(ring, at) ? !inside : inside; }, false);
  };
  var find = function (layers, at) {
    for (var i = 0; i < layers.length; i++) {
      if (layers[i] && layers[i].getBounds().contains(at) && inShape(layers[i].getLatLngs(), at)) return i;
    }
    return -1;
  };

  // ── select, hover ──
  var mark = null;
  var outline = function (g) {
    if (mark) { mark.remove(); mark = null; }
    if (g < 0 || !grounds[g]) return;
    var rings = grounds[g].getLatLngs();
    var style = function (color, weight) { return { color: color, weight: weight, fill: false, pane: "chosen", interactive: false, lineJoin: "round" }; };
    mark = L.layerGroup([L.polygon(rings, style("#FFFFFF", 7)), L.polygon(rings, style("#12487A", 4))]).addTo(map);
  };

  var buildingName = function (b) { return b[2] || b[0]; };
  var fillMembers = function (g) {
    var box = rows[g].querySelector(".members");
    var mine = data.buildings.filter(function (b) { return b[4] === g; });
    box.textContent = "";
    box.appendChild(make("h3", "", gridder.say("members", { n: mine.length })));
    var list = make("ul", "");
    mine.slice(0, 200).forEach(function (b) {
      var marks = b[5] ? make("span", "flag", gridder.say(b[5] === 1 ? "member_missing" : "member_estimated")) : "";
      var name = make("span", "who", buildingName(b) + (b[1] ? " " + gridder.say("unit", { unit: b[1] }) : ""));
      list.appendChild(make("li", "", name, marks, make("span", "n", gridder.number(b[3]))));
    });
    box.appendChild(list);
    if (mine.length > 200) box.appendChild(make("p", "aside", gridder.say("members_more", { n: mine.length - 200 })));
  };

  var select = function (g, zoomIn) {
    if (chosen >= 0 && rows[chosen]) setOpen(chosen, false);
    chosen = g;
    outline(g);
    if (g < 0) return;
    setOpen(g, true);
    if (zoomIn && grounds[g]) gridder.fit(map, grounds[g].getBounds(), padding().map(function (p) { return p + 24; }));
    if (rows[g]) rows[g].scrollIntoView({ block: "nearest" });
    one("#hint").textContent = gridder.say("shown_grid", { no: data.grids[g].no });
  };
  var setOpen = function (g, open) {
    if (!rows[g]) return;
    rows[g].classList.toggle("chosen", open);
    rows[g].querySelector(".detail").hidden = !open;
    rows[g].querySelector(".open").setAttribute("aria-expanded", String(open));
    if (open) fillMembers(g);
  };
  document.addEventListener("gridder:lang", function () { if (chosen >= 0) fillMembers(chosen); });

  var hovered = -1;
  var hover = function (g) {
    if (g === hovered) return;
    if (rows[hovered]) rows[hovered].classList.remove("hover");
    if (grounds[hovered]) grounds[hovered].setStyle(gridder.style.ground(grounds[hovered].feature));
    hovered = g;
    if (rows[g]) rows[g].classList.add("hover");
    if (grounds[g]) grounds[g].setStyle({ fillColor: tint(grounds[g].options.fillColor) });
  };
  var tint = function (hex) { // a fifth of the way to the colour of selection
    var part = function (i) { return parseInt(hex.substr(1 + 2 * i, 2), 16); };
    var act = [18, 72, 122];
    return "rgb(" + [0, 1, 2].map(function (i) { return Math.round(part(i) * 0.84 + act[i] * 0.16); }).join(",") + ")";
  };

  Object.keys(rows).forEach(function (key) {
    var g = Number(key), row = rows[key].querySelector(".row");
    row.addEventListener("click", function () {
      if (chosen === g) { select(-1); fitAll(); } else select(g, true);
    });
    row.addEventListener("mouseenter", function () { hover(g); });
    row.addEventListener("mouseleave", function () { hover(-1); });
    row.querySelector(".open").addEventListener("keydown", function (event) {
      var step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (!step) return;
      event.preventDefault();
      var buttons = all("tbody.grid:not([hidden]) .open");
      var next = buttons[buttons.indexOf(event.currentTarget) + step];
      if (next) next.focus();
    });
  });

  // ── pointer on the map ──
  var tip = L.tooltip({ className: "tip", direction: "top", offset: [0, -6], pane: "labels" });
  var MARK_R = 11; // pixels: half a sign
  var markAt = function (at) {
    return data.marks.find(function (m) { return m.say && isShown(m.kind) && map.latLngToContainerPoint(m.at).distanceTo(at) <= MARK_R; });
  };
  var sayMark = function (m) { return (m.name ? m.name + gridder.say("colon") : "") + gridder.say(m.say); };
  map.on("mousemove", function (event) {
    var g = find(grounds, event.latlng), b = g < 0 ? -1 : find(shapes, event.latlng), m = markAt(event.containerPoint);
    hover(g);
    root.classList.toggle("over-grid", g >= 0);
    if (m) tip.setContent(make("span", "mark-tip", sayMark(m)));
    else if (b >= 0) {
      var row = data.buildings[b];
      var line = buildingName(row) + (row[1] ? " " + gridder.say("unit", { unit: row[1] }) : "");
      tip.setContent(make("span", "", line, make("b", "", gridder.say("households", { n: gridder.number(row[3]) }))));
    } else { tip.remove(); return; }
    tip.setLatLng(event.latlng);
    if (!map.hasLayer(tip)) tip.addTo(map);
  });
  map.on("mouseout", function () { hover(-1); tip.remove(); });
  map.on("click", function (event) {
    var g = find(grounds, event.latlng);
    if (g < 0) { select(-1); return; }
    showTab("grids");
    if (rows[g] && rows[g].hidden) setFilter(false);
    select(g, true);
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && chosen >= 0 && !one("#found:not([hidden])")) { select(-1); fitAll(); }
  });

  // ── filter ──
  gridder.isFaded = function (g) { return onlyLook && (g < 0 || data.grids[g].status !== "exception"); };
  var setFilter = function (look) {
    onlyLook = look;
    all("[data-filter]").forEach(function (button) {
      button.setAttribute("aria-pressed", String((button.getAttribute("data-filter") === "look") === look));
    });
    Object.keys(rows).forEach(function (g) { rows[g].hidden = look && !rows[g].classList.contains("look"); });
    ["ground", "buildings", "special"].forEach(function (name) {
      var style = name === "buildings" ? gridder.style.building : name === "ground" ? gridder.style.ground : gridder.style.hatch;
      if (layerOf(name)) layerOf(name).eachLayer(function (layer) { layer.setStyle(style(layer.feature)); });
    });
    drawLabels();
  };
  all("[data-filter]").forEach(function (button) {
    button.addEventListener("click", function () { setFilter(button.getAttribute("data-filter") === "look"); });
  });

  // ── labels and marks ──
  var gridLabel = function (g, compact) {
    var grid = data.grids[g], special = grid.status === "special", out = grid.status === "exception";
    var second = special && !grid.households ? gridder.say("special_grid") : gridder.say("households", { n: gridder.number(grid.households) });
    return make("span", "label grid " + grid.status + (compact ? " compact" : "") + (gridder.isFaded(g) ? " faded" : ""),
      make("b", "", out ? "▲" : "", grid.no), compact ? "" : make("span", "", second));
  };
  var gridLabels = data.labels.filter(function (label) { return label.kind === "grid"; });
  gridLabels.sort(function (a, b) { // exceptions find room first; the order is otherwise kept
    return (data.grids[b.g].status === "exception") - (data.grids[a.g].status === "exception");
  });
  var otherLabels = data.labels.filter(function (label) { return label.kind !== "grid"; });
  var houseLabels = function () {
    if (map.getZoom() < 17.6 || gridder.printing) return [];
    var view = map.getBounds(), found = [];
    for (var i = 0; i < shapes.length && found.length < 300; i++) {
      if (!shapes[i] || !view.intersects(shapes[i].getBounds())) continue;
      var number = /(\d+)\s*(?:号楼|栋|幢|号|#)/.exec(data.buildings[i][2]);
      if (number) found.push(houseLabel(shapes[i], number[1], data.buildings[i][3]));
    }
    return found;
  };
  // a point inside a footprint: the middle of its box if that is inside, else the first of a few others
  var insideOf = function (shape) {
    var box = shape.getBounds(), rings = shape.getLatLngs(), parts = [0.5, 0.2, 0.8, 0.35, 0.65];
    for (var i = 0; i < parts.length; i++) for (var j = 0; j < parts.length; j++) {
      var at = L.latLng(box.getSouth() + parts[i] * (box.getNorth() - box.getSouth()), box.getWest() + parts[j] * (box.getEast() - box.getWest()));
      if (inShape(rings, at)) return at;
    }
    return box.getCenter();
  };
  var houseLabel = function (shape, number, households) {
    return { at: insideOf(shape), nodes: [function () { return make("span", "label house" + (households ? "" : " zero"), number); }] };
  };
  var isShown = function (kind) {
    var box = one('input[data-key="' + kind + '"]');
    return !box || box.checked;
  };
  var drawLabels = gridder.drawLabels(map, function () {
    var grids = gridLabels.map(function (label) {
      var g = label.g, rings = grounds[g].getLatLngs();
      return {
        at: label.at, always: data.grids[g].status === "exception",
        nodes: [function () { return gridLabel(g, false); }, function () { return gridLabel(g, true); }],
        fits: function (corners) { return corners.filter(function (at) { return inShape(rings, at); }).length > 2; }
      };
    });
    // signs that would cover each other wait for a closer look
    var marks = data.marks.filter(function (m) { return isShown(m.kind); }).sort(function (a, b) { return !!a.say - !!b.say; }).map(function (m) {
      return { at: m.at, always: !m.say, nodes: [function () { return markNode(m); }] };
    });
    var others = otherLabels.filter(function (label) { return isShown(label.kind === "compound" ? "compounds" : label.kind); }).map(function (label) {
      var upright = label.upright ? " upright" + (/[\u4e00-\u9fff]/.test(label.name) ? " han" : "") : "";
      return { at: label.at, nodes: [function () { return make("span", "label " + label.kind + upright, label.name); }] };
    });
    return marks.concat(isShown("grids") ? grids : [], gridder.small() ? [] : others, houseLabels());
  });
  gridder.small = function () { return window.innerWidth < 768 && !gridder.printing; };
  document.addEventListener("gridder:layers", drawLabels);

  var svg = function (name, attributes) {
    var node = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.keys(attributes).forEach(function (key) { node.setAttribute(key, attributes[key]); });
    return node;
  };
  var markNode = function (m) {
    var box = svg("svg", { viewBox: "-12 -12 24 24", width: 22, height: 22 });
    if (m.kind === "hall") {
      box.appendChild(svg("rect", { x: -9, y: -9, width: 18, height: 18, rx: 2, fill: "#12487A", stroke: "#fff", "stroke-width": 1.5 }));
      box.appendChild(svg("path", { d: "M-6 1 0-5 6 1M-4 0V5.5H4V0M-1 5.5V2H1V5.5", fill: "none", stroke: "#fff", "stroke-width": 1.4 }));
    } else {
      var ring = { r: 9, fill: "#fff", stroke: "#1B2733", "stroke-width": 1.6 };
      if (m.kind === "crossing_rule") ring["stroke-dasharray"] = "3.2 2.455"; // ten dashes: a house rule, as its tags are
      box.setAttribute("role", "img");
      box.setAttribute("aria-label", sayMark(m));
      box.appendChild(svg("circle", ring));
      box.appendChild(svg("path", { d: "M-3-5q2 5 0 10M3-5q-2 5 0 10", fill: "none", stroke: "#1B2733", "stroke-width": 1.6, transform: "rotate(" + m.turn + ")" }));
    }
    return make("span", "label mark", box);
  };

  gridder.thinStreets(map, layerOf);

  // ── search ──
  var input = one("#search"), list = one("#found"), hits = [], active = -1;
  var search = function (text) {
    var wanted = text.trim().toLowerCase();
    if (!wanted) return [];
    var has = function (value) { return value && String(value).toLowerCase().indexOf(wanted) >= 0; };
    var found = [];
    data.grids.forEach(function (grid, g) {
      if (has(grid.no) || has(grid.code) || has(grid.site)) found.push({ kind: "kind_grid", text: grid.no + (grid.site ? " " + grid.site : ""), go: function () { select(g, true); } });
    });
    data.compounds.forEach(function (c) {
      if (has(c.name)) found.push({ kind: "kind_compound", text: c.name, go: function () { gridder.fit(map, c.bounds, padding()); } });
    });
    data.buildings.forEach(function (b, i) {
      if (found.length < 40 && (has(b[2]) || has(b[0]))) found.push({ kind: "kind_building", text: buildingName(b), grid: b[4], go: function () { showBuilding(i); } });
    });
    return found.slice(0, 12);
  };
  var showBuilding = function (b) {
    var row = data.buildings[b];
    if (row[4] >= 0) select(row[4], false);
    if (!shapes[b]) return;
    map.setView(shapes[b].getBounds().getCenter(), Math.max(map.getZoom(), 18), { animate: false });
    if (mark) L.polygon(shapes[b].getLatLngs(), { color: "#12487A", weight: 3, fill: false, pane: "chosen", interactive: false }).addTo(mark);
  };
  var closeSearch = function () { list.hidden = true; active = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  var choose = function (hit) { closeSearch(); showTab("grids"); setFilter(false); hit.go(); };
  var showHits = function () {
    list.textContent = "";
    hits = search(input.value);
    hits.forEach(function (hit, n) {
      var note = gridder.say(hit.kind) + (hit.grid >= 0 ? " " + data.grids[hit.grid].no : "");
      var item = make("li", n === active ? "active" : "", make("span", "", hit.text), make("span", "aside", note));
      item.id = "found-" + n;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(n === active));
      item.addEventListener("mousedown", function (event) { event.preventDefault(); choose(hit); });
      list.appendChild(item);
    });
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

  // ── tabs, evidence, clauses ──
  var showTab = function (name) {
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
  all("button.tag").forEach(function (tag) {
    tag.addEventListener("click", function (event) {
      event.stopPropagation();
      var again = noted === tag;
      closeNote();
      if (again) return;
      noted = tag;
      tag.setAttribute("aria-expanded", "true");
      note.textContent = "";
      note.appendChild(make("b", "", tag.textContent && tag.querySelector("." + gridder.lang()) ? tag.querySelector("." + gridder.lang()).textContent : tag.textContent));
      note.appendChild(make("span", "aside", tag.getAttribute("data-force-" + gridder.lang())));
      note.appendChild(make("p", "", tag.getAttribute("data-words-" + gridder.lang())));
      note.hidden = false;
      var at = tag.getBoundingClientRect(), size = note.getBoundingClientRect();
      note.style.left = Math.max(8, Math.min(window.innerWidth - size.width - 8, at.left)) + "px";
      note.style.top = (at.top > size.height + 16 ? at.top - size.height - 6 : at.bottom + 6) + "px";
    });
  });
  document.addEventListener("click", closeNote);
  document.addEventListener("scroll", closeNote, true);
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") closeNote(); });

  // ── begin ──
  var legend = one(".legend");
  if (window.innerWidth < 1024) legend.removeAttribute("open");
  gridder.bindLayers(map);
  var span = map.project(data.bounds[1], 15).subtract(map.project(data.bounds[0], 15));
  var many = sheet.classList.contains("many"); // a long table: the map takes a page of its own
  var paper = many ? [1046, 600] : [590, 470];
  var tall = Math.round(Math.max(300, Math.min(paper[1], 20 + (paper[0] - 20) * Math.abs(span.y / span.x))));
  gridder.preparePrint(map, [paper[0], tall], fitAll);
  fitAll();
  gridder.drawScale(map, one("#scale"), 110);
  var width = window.innerWidth;
  window.addEventListener("resize", function () {
    if (gridder.printing || window.innerWidth === width) return;
    width = window.innerWidth;
    map.invalidateSize({ animate: false });
    if (chosen < 0) fitAll();
  });
})();
