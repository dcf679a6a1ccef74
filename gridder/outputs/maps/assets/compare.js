/* The page of two plans: two maps with one view, the history of codes, the figures, the buildings that move. */
"use strict";
(function () {
  var data = gridder.data, make = gridder.make, say = gridder.say, number = gridder.number, text = gridder.text;
  var charts = { old: window.map_old, new: window.map_new }, SIDES = ["old", "new"];
  var page = gridder.one(".compare");
  var PAPER = [514, 500]; // each map on A4 landscape, CSS pixels
  var ROWS_MAX = 400; // rows of the list of buildings; the workbook has them all
  var state = { scope: null, look: true, mode: "side", chosen: null };
  var scopes = {}, started = false;
  data.scopes.forEach(function (scope) { scopes[scope.id] = scope; });

  // building: [id, unit, name, households, old grid, new grid, plans, community, corners]
  var OLD = 4, NEW = 5;
  function gridOf(side, building) { return data.grids[side][building[side === "old" ? OLD : NEW]]; }
  function isIn(side, building) { return (building[6] & (side === "old" ? 1 : 2)) > 0; }
  function codeOf(side, building) { var grid = gridOf(side, building); return grid ? grid.code : ""; }
  function differs(building) {
    return codeOf("old", building) !== codeOf("new", building) || building[6] !== 3;
  }
  var ids = Object.keys(data.names);
  function scopeOf(building) { return ids[building[7]]; }
  function inScope(community) { return state.scope === "" || community === state.scope; }

  // ── the maps ──
  gridder.unpackShapes(data.pieces).forEach(function (shape, b) { data.buildings[b][8] = shape.latlngs; });
  function shapeOf(building, options) { return L.polygon(building[8], options); }
  function colourOf(side, building) {
    var grid = gridOf(side, building);
    if (!building[3] || !grid) return gridder.palette.zero;
    return grid.status === "special" ? "#6C5F93" : gridder.palette.building[colours[side][grid.code]];
  }
  var colours = { old: {}, new: {} };
  function readColours() {
    SIDES.forEach(function (side) {
      var layer = window["geo_json_" + side + "_ground"];
      if (layer) layer.eachLayer(function (shape) {
        var facts = shape.feature.properties;
        colours[side][data.grids[side][facts.g].code] = facts.c;
      });
    });
  }
  // outlines of moved buildings grow thin where buildings are small
  var outlines = [], thinness = 1;
  function thin() {
    var chart = charts.old;
    var wide = chart.distance(chart.containerPointToLatLng([0, 0]), chart.containerPointToLatLng([100, 0])) / 100;
    var share = wide > 2 ? 0.34 : wide > 1 ? 0.5 : 1;
    if (share === thinness) return;
    thinness = share;
    outlines.forEach(function (pair) { pair[0].setStyle({ weight: pair[1] * share }); });
    SIDES.forEach(function (side) {
      ["outline", "boundary", "boundary_case", "exception_line", "halo"].forEach(function (name) {
        var layer = window["geo_json_" + side + "_" + name];
        if (layer) layer.eachLayer(function (line) {
          line.fullWeight = line.fullWeight || line.options.weight;
          line.setStyle({ weight: line.fullWeight * (share + 1) / 2 });
        });
      });
    });
  }
  SIDES.forEach(function (side) {
    gridder.thinStreets(charts[side], function (name) { return window["geo_json_" + side + "_" + name]; });
  });
  function drawBuildings(side) {
    data.buildings.forEach(function (building, b) {
      if (!isIn(side, building)) return;
      shapeOf(building, { pane: "buildings", interactive: false, smoothFactor: 0, color: "#FFFFFF", weight: 0.6,
        fillColor: colourOf(side, building), fillOpacity: 1 }).addTo(charts[side]);
      if (!differs(building)) return;
      [["#FFFFFF", 6], ["#9C1458", 3]].forEach(function (stroke) {
        var outline = shapeOf(building, { pane: "marks", interactive: false, smoothFactor: 0, color: stroke[0], weight: stroke[1], fill: false });
        outlines.push([outline.addTo(charts[side]), stroke[1]]);
      });
    });
  }
  function drawFresh() {
    var layer = window.geo_json_new_ground;
    if (!layer) return;
    layer.eachLayer(function (shape) {
      if (!data.grids.new[shape.feature.properties.g].fresh) return;
      [["#FFFFFF", 6, null], ["#9C1458", 3, "8 5"]].forEach(function (stroke) {
        gridder.outlineOf(shape, { pane: "exceptions", color: stroke[0], weight: stroke[1], dashArray: stroke[2] }).addTo(charts.new);
      });
    });
  }
  function listLabels(side) {
    var chart = charts[side];
    var wide = chart.distance(chart.containerPointToLatLng([0, 0]), chart.containerPointToLatLng([100, 0])) / 100;
    return data.grids[side].filter(function (grid) { return grid.at[2] / wide > 34; }).map(function (grid) {
      return { at: L.latLng(grid.at[0], grid.at[1]), node: function () {
        var small = grid.at[2] / wide < 52;
        var mark = grid.status === "exception" ? "▲ " : "";
        return make("span", "label grid " + grid.status + (small ? " small" : ""), make("b", "", mark + grid.no),
          make("span", "", grid.status === "special" ? say("special") : say("households_n", { n: number(grid.households) })));
      } };
    });
  }
  // crossings and halls, once a house is some pixels wide; those that would cover each other wait for a closer look
  var SIGNS_M = 2.5; // a pixel
  function listSigns(side) {
    var chart = charts[side];
    if (chart.distance(chart.containerPointToLatLng([0, 0]), chart.containerPointToLatLng([100, 0])) / 100 > SIGNS_M) return [];
    return data.marks[side].slice().sort(function (a, b) { return !!a.say - !!b.say; }).map(function (mark) {
      return { at: L.latLng(mark.at), always: !mark.say, node: function () { return gridder.markNode(mark); } };
    });
  }
  // names of communities while their grids are too small for labels
  function listNames(side) {
    var chart = charts[side];
    if (state.scope !== "" || data.scopes.length < 3) return [];
    return data.scopes.slice(1).map(function (scope) {
      var box = [chart.latLngToContainerPoint(scope.bounds[0]), chart.latLngToContainerPoint(scope.bounds[1])];
      return { scope: scope, px: Math.min(Math.abs(box[1].x - box[0].x), Math.abs(box[1].y - box[0].y)) };
    }).filter(function (one) {
      var width = one.scope.name.split("").reduce(function (sum, sign) { return sum + (sign > "\u2e80" ? 12 : 7); }, 0);
      return one.px > Math.max(30, width * 0.7) && one.px < 130;
    }).sort(function (a, b) {
      return b.scope.moved - a.scope.moved || b.px - a.px;
    }).map(function (one) {
      return { at: L.latLng(one.scope.at), node: function () { return make("span", "label community", one.scope.name.replace(/(.)社区$/, "$1")); } };
    });
  }
  var busy = false;
  function follow(from, to) {
    charts[from].on("move zoom", function () {
      if (busy) return;
      busy = true;
      charts[to].setView(charts[from].getCenter(), charts[from].getZoom(), { animate: false });
      busy = false;
    });
  }
  function fitTo(bounds, pad) {
    SIDES.forEach(function (side) { charts[side].invalidateSize({ animate: false, pan: false }); });
    var size = charts.old.getSize(); // nothing to fit into while a window is being resized to almost nothing
    if (Math.min(size.x, size.y) > 3 * pad) gridder.fit(charts.old, bounds, [pad, pad, pad, pad]);
  }
  function fit() { fitTo(scopes[state.scope].bounds, 18); }

  // what a chosen row points at, outlined on both maps
  var pointers = [];
  function point(shapes, bounds) {
    clearPointer();
    SIDES.forEach(function (side) {
      shapes(side).forEach(function (shape) { pointers.push(shape.addTo(charts[side])); });
    });
    if (!bounds.isValid()) return;
    var chart = charts.old, size = chart.getSize();
    var zoom = Math.min(chart.getBoundsZoom(bounds, false, L.point(size.x * 0.3, size.y * 0.3)), Math.max(chart.getZoom(), 17));
    if (!chart.getBounds().pad(-0.12).contains(bounds) || zoom > chart.getZoom() + 1) chart.setView(bounds.getCenter(), zoom, { animate: false });
  }
  function clearPointer() {
    pointers.forEach(function (shape) { shape.remove(); });
    pointers = [];
  }
  function showBuilding(building) {
    var outline = function () {
      return [["#FFFFFF", 9], ["#12487A", 5]].map(function (stroke) {
        return shapeOf(building, { pane: "marks", interactive: false, color: stroke[0], weight: stroke[1], fill: false });
      });
    };
    var probe = shapeOf(building, {});
    point(outline, probe.getBounds());
  }
  function showGrids(row) {
    var wanted = { old: [row.old], new: row.new }, bounds = L.latLngBounds([]);
    point(function (side) {
      var found = [], layer = window["geo_json_" + side + "_ground"];
      if (layer) layer.eachLayer(function (shape) {
        if (wanted[side].indexOf(data.grids[side][shape.feature.properties.g].code) < 0) return;
        bounds.extend(shape.getBounds());
        [["#FFFFFF", 7], ["#12487A", 4]].forEach(function (stroke) {
          found.push(gridder.outlineOf(shape, { pane: "chosen", color: stroke[0], weight: stroke[1] }));
        });
      });
      return found;
    }, bounds);
  }

  // ── words beside the maps ──
  function drawHead() {
    var scope = scopes[state.scope];
    gridder.one("#crumb").textContent = scope.id ? " › " + scope.name : "";
    gridder.one("#sum").textContent = say("header_note", { old: number(scope.grids[0]), new: number(scope.grids[1]) });
    SIDES.forEach(function (side, i) {
      gridder.one("#" + side + "-note").textContent = say("side_note", { grids: number(scope.grids[i]), outside: number(scope.outside[i]) });
    });
    gridder.one("#mark-new").hidden = !data.grids.new.some(function (grid) { return grid.fresh && inScope(grid.community); });
    var select = gridder.one("#scope");
    select.textContent = "";
    data.scopes.forEach(function (one) {
      var name = one.id === "" ? say("whole_district") : one.name;
      var option = make("option", "", one.moved && one.id !== "" ? say("chooser_changed", { name: name, n: number(one.moved) }) : name);
      option.value = one.id;
      option.selected = one.id === state.scope;
      select.appendChild(option);
    });
    select.hidden = data.scopes.length < 3;
    gridder.all("[data-mode-of]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-mode-of") === state.mode));
    });
  }
  function drawPanel() {
    var scope = scopes[state.scope], node = gridder.one("#figures");
    gridder.one("#verdict").textContent = text(scope.verdict.head);
    gridder.one("#verdict-note").textContent = text(scope.verdict.note);
    node.textContent = "";
    scope.figures.forEach(function (figure) {
      node.appendChild(make("div", "figure", make("p", "figure-name", text(figure.name)),
        make("p", "figure-value" + (figure.change ? " change" : ""), text(figure.value)), make("p", "figure-note", text(figure.note))));
    });
  }

  // ── history of the codes ──
  function bar(row) {
    var node = make("span", "bar"), low = data.window[0] / data.top * 100, high = data.window[1] / data.top * 100;
    var band = make("i", "band"), value = make("i", "value" + (row.old_out ? " out" : ""));
    band.style.left = low + "%";
    band.style.width = high - low + "%";
    value.style.width = Math.min(100, row.old_households / data.top * 100) + "%";
    node.appendChild(band);
    node.appendChild(value);
    node.setAttribute("aria-hidden", "true");
    return node;
  }
  function listHistory() {
    return data.history.filter(function (row) { return inScope(row.community); });
  }
  function drawHistory() {
    var rows = listHistory(), shown = state.look ? rows.filter(function (row) { return row.look; }) : rows;
    var wide = state.scope === "" && data.scopes.length > 2, comma = say("list_joiner");
    gridder.one("#look").textContent = say("history_look", { n: number(rows.filter(function (row) { return row.look; }).length) });
    gridder.one("#all").textContent = say("history_all", { n: number(rows.length) });
    gridder.one("#look").setAttribute("aria-pressed", String(state.look));
    gridder.one("#all").setAttribute("aria-pressed", String(!state.look));
    var heads = [["old", ""], ["old_households", "num"], ["window", "col-bar"], [null, "arrow"], ["new", ""], ["new_households", "num"],
      ["kept", "num"], ["share", "num"], ["kind", ""], ["note", "col-note"]];
    var line = make("tr");
    if (wide) line.appendChild(make("th", "", say("community")));
    heads.forEach(function (head) {
      line.appendChild(make("th", head[1], head[0] ? say("col_" + head[0], { low: number(data.window[0]), high: number(data.window[1]) }) : ""));
    });
    gridder.all("th", line).forEach(function (cell) { cell.scope = "col"; });
    var table = gridder.one("#history"), body = table.tBodies[0];
    table.tHead.textContent = body.textContent = "";
    table.tHead.appendChild(line);
    shown.forEach(function (row) {
      var place = data.history.indexOf(row), cells = [];
      if (wide) cells.push(make("td", "col-community", data.names[row.community] || row.community));
      cells.push(make("td", "code strong", row.old_no || "—"), make("td", "num" + (row.old_out ? " out" : ""), row.old ? number(row.old_households) : "—"),
        make("td", "col-bar", row.old ? bar(row) : ""), make("td", "arrow", "→"),
        make("td", "code strong", row.new_no.join(comma) || "—"), make("td", "num" + (row.new_out ? " out" : ""), row.new_households.map(number).join(comma) || "—"),
        make("td", "num", row.old ? number(row.kept) : "—"), make("td", "num", row.share == null ? "—" : Math.floor(row.share * 100 + 1e-9) + "%"),
        make("td", "", make("span", "kind " + row.kind, say("kind_" + row.kind))), make("td", "col-note", text(row.note)));
      var tr = make("tr");
      cells.forEach(function (cell) { tr.appendChild(cell); });
      wire(tr, "h" + place, function () { showGrids(row); });
      body.appendChild(tr);
    });
    if (!shown.length) body.appendChild(blank(say("history_none"), heads.length + 1));
  }
  function blank(words, span) {
    var cell = make("td", "none", words);
    cell.colSpan = span;
    return make("tr", "", cell);
  }

  // ── buildings that move ──
  function nameOf(building) {
    var name = building[2] || building[0];
    return building[1] ? say("moved_unit", { building: name, unit: building[1] }) : name;
  }
  function callGrid(side, building) {
    var grid = gridOf(side, building);
    if (!isIn(side, building)) return say(side === "old" ? "new_building" : "gone_building");
    if (!grid) return say("no_grid");
    return grid.community === scopeOf(building) ? grid.no : say("grid_elsewhere", { community: data.names[grid.community] || grid.community, no: grid.no });
  }
  function drawMoved() {
    var rows = data.buildings.filter(function (building) { return differs(building) && inScope(scopeOf(building)); });
    rows.sort(function (a, b) {
      return a[7] - b[7] || (codeOf("old", a) < codeOf("old", b) ? -1 : codeOf("old", a) > codeOf("old", b) ? 1 : 0) ||
        (codeOf("new", a) < codeOf("new", b) ? -1 : codeOf("new", a) > codeOf("new", b) ? 1 : 0);
    });
    var count = {}, body = gridder.one("#moved").tBodies[0], wide = state.scope === "" && data.scopes.length > 2, last = null;
    rows.forEach(function (building) { count[building[0]] = true; });
    gridder.one("#moved-head").textContent = say("moved", { n: number(Object.keys(count).length) });
    body.textContent = "";
    rows.slice(0, ROWS_MAX).forEach(function (building) {
      if (wide && last !== building[7]) {
        last = building[7];
        var head = make("th", "group", data.names[scopeOf(building)] || "");
        head.colSpan = 3;
        head.scope = "colgroup";
        body.appendChild(make("tr", "group", head));
      }
      var tr = make("tr", "", make("td", "who", nameOf(building)), make("td", "num", say("moved_households", { n: number(building[3]) })),
        make("td", "way", callGrid("old", building) + " → " + callGrid("new", building)));
      wire(tr, "b" + data.buildings.indexOf(building), function () { showBuilding(building); });
      body.appendChild(tr);
    });
    if (!rows.length) body.appendChild(blank(say("moved_none"), 3));
    var more = gridder.one("#more");
    more.hidden = rows.length <= ROWS_MAX;
    more.textContent = say("moved_more", { n: number(Math.max(0, rows.length - ROWS_MAX)) });
  }

  // ── rows that can be chosen with pointer and keys ──
  function wire(tr, key, show) {
    tr.tabIndex = 0;
    tr.setAttribute("data-key", key);
    tr.setAttribute("aria-selected", String(state.chosen === key));
    var choose = function () {
      var again = state.chosen === key;
      state.chosen = again ? null : key;
      gridder.all("[data-key]").forEach(function (other) {
        other.setAttribute("aria-selected", String(other.getAttribute("data-key") === state.chosen));
      });
      if (again) clearPointer();
      else show();
    };
    tr.addEventListener("click", choose);
    tr.addEventListener("keydown", function (event) {
      if (event.key === "Enter" || event.key === " ") { choose(); event.preventDefault(); }
      var step = event.key === "ArrowDown" ? "nextElementSibling" : event.key === "ArrowUp" ? "previousElementSibling" : null;
      var next = step && tr[step];
      if (next && !next.hasAttribute("data-key")) next = next[step];
      if (next) { next.focus(); event.preventDefault(); }
    });
  }

  // ── swipe: the new map over the old one, cut at the divide ──
  var divide = gridder.one("#divide");
  function cutAt(share) {
    share = Math.max(0, Math.min(100, share));
    page.style.setProperty("--cut", share + "%");
    divide.setAttribute("aria-valuenow", String(Math.round(share)));
  }
  divide.addEventListener("pointerdown", function (event) { divide.setPointerCapture(event.pointerId); event.preventDefault(); divide.focus(); });
  divide.addEventListener("pointermove", function (event) {
    if (!divide.hasPointerCapture(event.pointerId)) return;
    var box = gridder.one("#maps").getBoundingClientRect();
    cutAt((event.clientX - box.left) / box.width * 100);
  });
  divide.addEventListener("keydown", function (event) {
    var step = { ArrowLeft: -2, ArrowRight: 2, Home: -100, End: 100 }[event.key];
    if (step) { cutAt(Number(divide.getAttribute("aria-valuenow")) + step); event.preventDefault(); }
  });
  function setMode(mode) {
    state.mode = mode;
    page.setAttribute("data-mode", mode);
    drawHead();
    fit();
  }

  // ── together ──
  function setScope(scope) {
    state.scope = scope in scopes ? scope : "";
    state.chosen = null;
    clearPointer();
    draw();
    fit();
  }
  function draw() { drawHead(); drawPanel(); drawHistory(); drawMoved(); }

  readColours();
  SIDES.forEach(function (side) {
    drawBuildings(side);
    charts[side].attributionControl.setPrefix(false);
    gridder.drawLabels(charts[side], function () {
      var names = listNames(side); // of communities or of grids, never of both
      return listSigns(side).concat(names.length ? names : listLabels(side));
    });
  });
  drawFresh();
  follow("old", "new");
  follow("new", "old");
  charts.old.on("zoomend", function () { window.setTimeout(thin, 0); }); // once both maps have their new view
  cutAt(50);
  if (window.innerWidth < 768) state.mode = "swipe";
  page.setAttribute("data-mode", state.mode);
  state.scope = data.scopes.length === 2 ? data.scopes[1].id : "";
  document.addEventListener("gridder:lang", function () {
    draw();
    if (!started) { started = true; fit(); }
  });
  gridder.one("#scope").addEventListener("change", function () { setScope(this.value); });
  gridder.one("#look").addEventListener("click", function () { state.look = true; drawHistory(); });
  gridder.one("#all").addEventListener("click", function () { state.look = false; drawHistory(); });
  gridder.all("[data-mode-of]").forEach(function (button) {
    button.addEventListener("click", function () { setMode(button.getAttribute("data-mode-of")); });
  });
  gridder.one("#zoom-in").addEventListener("click", function () { charts.old.zoomIn(0.5); });
  gridder.one("#zoom-out").addEventListener("click", function () { charts.old.zoomOut(0.5); });
  gridder.one("#zoom-fit").addEventListener("click", fit);
  SIDES.forEach(function (side) { gridder.preparePrint(charts[side], PAPER, fit); });
  window.addEventListener("resize", fit);
})();
