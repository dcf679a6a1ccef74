/* The district page: the map by status; row and map select each other. */
"use strict";
(function () {
  var district = gridder.district, state = district.state, data = gridder.data, rows = data.rows, make = gridder.make, say = gridder.say;
  var kind = district.kind, needsLook = district.needsLook, number = district.number;
  var chart = window.map_district, grounds = window.geo_json_grounds, hatches = window.geo_json_hatches;
  var PAPER = [1030, 545]; // the map on A4 landscape, CSS pixels
  var byPlace = {}; // place of a community → its shape on the map
  var FILL = {
    optimal: "#9DCBBB", bounded: "#C8DDD4", locally_optimal: "#EBF4F0", feasible: "#EBF4F0", look: "#F3B58F",
    failed: "#A63A0A", empty: "#AFB2B6"
  };
  chart.attributionControl.setPrefix(false);

  // ── map ──
  var hovered = null, chosenLayer = null, started = false;
  function fade(place) { return visible[place] ? 1 : 0.35; }
  var visible = {};
  function paint() {
    visible = {};
    district.shown().forEach(function (row) { visible[rows.indexOf(row)] = true; });
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
  district.markChosen = function () {
    gridder.all("#rows tr").forEach(function (line) {
      var mine = state.chosen !== null && line.getAttribute("data-place") === String(state.chosen);
      line.classList.toggle("chosen", mine);
      line.setAttribute("aria-selected", String(mine));
      line.tabIndex = mine ? 0 : -1;
    });
    if (chosenLayer) chart.removeLayer(chosenLayer);
    chosenLayer = state.chosen !== null && byPlace[state.chosen] ? outlineOf(state.chosen).addTo(chart) : null;
  };
  var choose = district.choose = function (place, from) {
    state.chosen = state.chosen === place && from === "map" ? null : place;
    district.markChosen();
    if (state.chosen === null) { drawLabels(); return; }
    var line = gridder.one('#rows tr[data-place="' + place + '"]');
    if (line && from === "map") line.scrollIntoView({ block: "nearest" });
    if (byPlace[place] && from === "table" && !chart.getBounds().contains(byPlace[place].getBounds())) {
      chart.panTo(byPlace[place].getBounds().getCenter(), { animate: false });
    }
    drawLabels();
  };
  var hover = district.hover = function (place) {
    if (hovered !== null && byPlace[hovered]) byPlace[hovered].setStyle({ color: "#FFFFFF", weight: 2 });
    hovered = place;
    if (place !== null && byPlace[place]) byPlace[place].setStyle({ color: "#12487A", weight: 3 }).bringToFront();
    gridder.all("#rows tr").forEach(function (line) {
      line.classList.toggle("hovered", place !== null && line.getAttribute("data-place") === String(place));
    });
    chart.getContainer().style.cursor = place === null ? "" : "pointer";
  };
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
  // ── names on the map: never over a border; who finds no room is in the table and the tooltip ──
  function signOf(place) { return { look: "▲", failed: "✕" }[kind(rows[place])] || ""; }
  function below(row) {
    var what = kind(row);
    if (what === "look" && row.exceptions) return say("label_exceptions", { n: row.exceptions });
    return what === "failed" || what === "empty" ? say("status_" + what) : say("label_grids", { n: number(row.grids) });
  }
  var LONG = 6; // signs of a name that its short form keeps
  // forms from large to small: name over what it holds, name, name in two lines, its first signs, the sign of trouble
  function formsOf(place) {
    var row = rows[place], sign = signOf(place), lead = sign ? sign + " " : "";
    var short = row.name.replace(/(.)社区$/, "$1"), signs = Array.from(short), half = Math.ceil(signs.length / 2);
    var forms = [[lead + short, below(row)], [lead + short]];
    if (signs.length > 3 && !/[A-Za-z]/.test(short)) forms.push([lead + signs.slice(0, half).join(""), signs.slice(half).join("")]);
    if (signs.length > LONG) forms.push([lead + signs.slice(0, LONG - 1).join("") + "…"]);
    if (sign) forms.push([sign, short], [sign]);
    return forms.map(function (lines, n) {
      return function () {
        var node = make("span", "district-label " + kind(row) + (visible[place] ? "" : " faded"), make("b", "", lines[0]));
        if (lines[1]) node.appendChild(make(n ? "b" : "i", "", lines[1]));
        return node;
      };
    });
  }
  // whether a label lies inside its community: corners and middles of the sides
  function liesIn(place) {
    return function (corners) {
      var middle = function (a, b) { return L.latLng((a.lat + b.lat) / 2, (a.lng + b.lng) / 2); };
      var points = corners.concat([middle(corners[0], corners[1]), middle(corners[2], corners[3]),
        middle(corners[0], corners[2]), middle(corners[1], corners[3])]);
      return points.every(function (at) { return holds(byPlace[place], at); });
    };
  }
  function listLabels() {
    return data.labels.map(function (at, place) { return [at, place]; }).filter(function (pair) {
      return pair[0] && byPlace[pair[1]];
    }).sort(function (a, b) {
      return (b[1] === state.chosen) - (a[1] === state.chosen) || needsLook(rows[b[1]]) - needsLook(rows[a[1]]) || b[0][2] - a[0][2] || a[1] - b[1];
    }).map(function (pair) {
      var place = pair[1];
      return { at: L.latLng(pair[0][0], pair[0][1]), nodes: formsOf(place), fits: liesIn(place), pad: 1, inside: !signOf(place) && place !== state.chosen, always: !!signOf(place) };
    });
  }
  var tip = L.tooltip({ className: "tip", direction: "top", offset: [0, -6], pane: "labels" });
  function showTip(place, at) {
    if (place === null) { tip.remove(); return; }
    tip.setContent(make("span", "", rows[place].name, make("b", "", below(rows[place])))).setLatLng(at);
    if (!chart.hasLayer(tip)) tip.addTo(chart);
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
    var legend = gridder.one("#legend"), over = !gridder.printing && window.getComputedStyle(legend).position === "absolute";
    chart.invalidateSize({ animate: false, pan: false });
    var below = over ? legend.offsetHeight + 28 : 16, size = chart.getSize();
    if (size.x > 64 && size.y > below + 64) gridder.fit(chart, grounds.getBounds(), [data.basemap ? 30 : 16, 16, below, 16]);
  }

  // ── together ──
  var drawLabels = gridder.drawLabels(chart, listLabels);
  district.draw = function () { paint(); district.drawBar(); district.drawTable(); drawLabels(); };
  document.addEventListener("gridder:lang", function () {
    district.drawTotals();
    drawLegend();
    district.drawFindings();
    district.draw();
    if (!started) { started = true; fit(); }
  });
  gridder.preparePrint(chart, PAPER, fit);
  window.addEventListener("beforeprint", function () { gridder.one("#findings").open = true; });
  window.addEventListener("resize", fit);
  gridder.one("#zoom-in").addEventListener("click", function () { chart.zoomIn(0.5); });
  gridder.one("#zoom-out").addEventListener("click", function () { chart.zoomOut(0.5); });
  gridder.one("#zoom-fit").addEventListener("click", fit);
  chart.on("click", function (event) { var place = under(event.latlng); if (place !== null) choose(place, "map"); });
  chart.on("mousemove", function (event) {
    var place = under(event.latlng);
    if (place !== hovered) hover(place);
    showTip(place, event.latlng);
  });
  chart.on("mouseout", function () { hover(null); showTip(null); });
})();
