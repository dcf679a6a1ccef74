/* The page of one community: map and table answer each other. */
"use strict";
(function () {
  var data = gridder.data, map = window.map_main, one = gridder.one, all = gridder.all, make = gridder.make;
  var root = document.documentElement, page = gridder.page = {}; // what the page's other scripts use of this one
  var chosen = -1;
  map.attributionControl.setPrefix(false);

  // ── where the map's room is ──
  var padding = function () {
    if (gridder.printing) return [10, 10, 10, 10];
    var width = window.innerWidth; // [top, right, bottom, left] that the furniture takes; legend open from 1280 on
    return width < 1024 ? [14, 14, 76 + one(".internal").offsetHeight, 14] : width < 1280 ? [62, 66, 44, 24] : [24, 218, 24, 24];
  };
  page.padding = padding;
  var fitAll = page.fitAll = function () { gridder.fit(map, data.bounds, padding()); };
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
  var layerOf = page.layerOf = function (name) { return window["geo_json_" + name]; };
  if (layerOf("ground")) layerOf("ground").eachLayer(function (layer) { grounds[layer.feature.properties.g] = layer; });
  if (layerOf("buildings")) layerOf("buildings").eachLayer(function (layer) { shapes[layer.feature.properties.b] = layer; });
  var rows = {};
  page.grounds = grounds;
  page.shapes = shapes;
  page.rows = rows;
  // what reviewers may change (review.js): the grid of a building, what a grid holds, whether it needs a look
  page.gridOf = function (b) { return data.buildings[b][4]; };
  page.householdsOf = function (g) { return data.grids[g].households; };
  page.needsLook = function (g) { return data.grids[g].status === "exception"; };
  all("tbody.grid").forEach(function (body) { rows[body.getAttribute("data-g")] = body; });

  var inRing = function (ring, at) {
    var inside = false;
    for (var i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      if (ring[i].lat > at.lat !== ring[j].lat > at.lat &&
          at.lng < (ring[j].lng - ring[i].lng) * (at.lat - ring[i].lat) / (ring[j].lat - ring[i].lat) + ring[i].lng) inside = !inside;
    }
    return inside;
  };
  var inShape = page.inShape = function (rings, at) {
    if (!rings.length) return false;
    if (!Array.isArray(rings[0])) return inRing(rings, at);
    if (Array.isArray(rings[0][0])) return rings.some(function (part) { return inShape(part, at); });
    return rings.reduce(function (inside, ring) { return inRing(ring, at) ? !inside : inside; }, false);
  };
  var find = page.find = function (layers, at) {
    for (var i = 0; i < layers.length; i++) {
      if (layers[i] && layers[i].getBounds().contains(at) && inShape(layers[i].getLatLngs(), at)) return i;
    }
    return -1;
  };

  // ── select, hover ──
  var mark = null;
  var outline = page.outline = function (g) {
    if (mark) { mark.remove(); mark = null; }
    if (g < 0 || !grounds[g]) return;
    var rings = grounds[g].getLatLngs();
    var style = function (color, weight) { return { color: color, weight: weight, fill: false, pane: "chosen", interactive: false, lineJoin: "round" }; };
    mark = L.layerGroup([L.polygon(rings, style("#FFFFFF", 7)), L.polygon(rings, style("#12487A", 4))]).addTo(map);
  };

  var nameOf = page.nameOf = function (b) {
    var row = data.buildings[b];
    return (row[2] || row[0]) + (row[1] ? " " + gridder.say("unit", { unit: row[1] }) : "");
  };
  page.membersMax = 200; // shown under a row; the sheets for grid workers list them all
  var fillMembers = page.fillMembers = function (g) {
    var box = rows[g].querySelector(".members"), mine = [];
    data.buildings.forEach(function (row, b) { if (page.gridOf(b) === g) mine.push(b); });
    box.textContent = "";
    box.appendChild(make("h3", "", gridder.say("members", { n: mine.length })));
    var list = make("ul", "");
    mine.slice(0, page.membersMax).forEach(function (b) {
      list.appendChild(page.memberRow(b));
    });
    box.appendChild(list);
    if (mine.length > page.membersMax) box.appendChild(make("p", "aside", gridder.say("members_more", { n: mine.length - page.membersMax })));
  };

  page.ring = function (b) {
    if (mark) L.polygon(shapes[b].getLatLngs(), { color: "#12487A", weight: 3, fill: false, pane: "chosen", interactive: false }).addTo(mark);
  };
  page.memberRow = function (b) {
    var row = data.buildings[b];
    var flag = row[5] ? make("span", "flag", gridder.say(row[5] === 1 ? "member_missing" : "member_estimated")) : "";
    return make("li", "", make("span", "who", page.nameOf(b)), flag, make("span", "n", gridder.number(row[3])));
  };

  page.chosen = function () { return chosen; };
  var select = page.select = function (g, zoomIn) {
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
    if (open) { fillMembers(g); page.opened(g); }
  };
  page.opened = function () {};
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
    return data.marks.find(function (m) { return m.say && page.isShown(m.kind) && map.latLngToContainerPoint(m.at).distanceTo(at) <= MARK_R; });
  };
  map.on("mousemove", function (event) {
    var g = find(grounds, event.latlng), b = g < 0 ? -1 : find(shapes, event.latlng), m = markAt(event.containerPoint);
    hover(g);
    root.classList.toggle("over-grid", g >= 0);
    if (m) tip.setContent(make("span", "mark-tip", gridder.sayMark(m)));
    else if (b >= 0) {
      tip.setContent(make("span", "", page.nameOf(b), make("b", "", gridder.say("households", { n: gridder.number(data.buildings[b][3]) }))));
    } else { tip.remove(); return; }
    tip.setLatLng(event.latlng);
    if (!map.hasLayer(tip)) tip.addTo(map);
  });
  map.on("mouseout", function () { hover(-1); tip.remove(); });
  page.taken = function () { return false; }; // review.js takes clicks while grids are adjusted
  map.on("click", function (event) {
    var g = find(grounds, event.latlng);
    if (page.taken(event, g)) return;
    if (g < 0) { select(-1); return; }
    page.showTab("grids");
    if (rows[g] && rows[g].hidden) setFilter("all");
    select(g, true);
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && !event.defaultPrevented && chosen >= 0 && !one("#found:not([hidden])")) { select(-1); fitAll(); }
  });

  // ── filter ──
  page.filters = { all: function () { return true; }, look: function (g) { return page.needsLook(g); } };
  var filter = "all";
  gridder.isFaded = function (g) { return filter !== "all" && (g < 0 || !page.filters[filter](g)); };
  var setFilter = page.setFilter = function (name) {
    filter = name;
    all("[data-filter]").forEach(function (button) { button.setAttribute("aria-pressed", String(button.getAttribute("data-filter") === name)); });
    Object.keys(rows).forEach(function (g) { rows[g].hidden = !page.filters[name](Number(g)); });
    page.restyle();
  };
  page.filtered = function () { return filter; };
  page.restyle = function () {
    ["ground", "buildings", "special"].forEach(function (name) {
      var style = name === "buildings" ? gridder.style.building : name === "ground" ? gridder.style.ground : gridder.style.hatch;
      if (layerOf(name)) layerOf(name).eachLayer(function (layer) { layer.setStyle(style(layer.feature)); });
    });
    page.drawLabels();
  };
  all("[data-filter]").forEach(function (button) {
    button.addEventListener("click", function () { setFilter(button.getAttribute("data-filter")); });
  });
})();
