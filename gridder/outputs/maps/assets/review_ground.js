/* The ground while changes are pending: grids and their boundaries follow, new boundaries are magenta and dashed.
   Grids are put together from the packed outlines of the buildings' cells, which are unpacked when first needed. */
"use strict";
(function () {
  var map = window.map_main, page = gridder.page, review = gridder.review, plan = gridder.data.review;
  var CHANGE = "#9C1458";
  if (!plan.cells) return;

  // ── cells as closed rings of points; the same point is the same number in all cells ──
  var points = [], rings = null, shared = []; // shared: sides [from, to, cell, the cell beyond], each once
  var unpack = function () {
    var place = {};
    rings = gridder.unpackShapes(plan.cells).map(function (shape) {
      var parts = Array.isArray(shape.latlngs[0]) && Array.isArray(shape.latlngs[0][0]) ? [].concat.apply([], shape.latlngs) : shape.latlngs;
      return parts.map(function (ring) {
        return ring.map(function (at) {
          var key = at.lat + " " + at.lng;
          if (!(key in place)) place[key] = points.push(at) - 1;
          return place[key];
        });
      });
    });
    var sides = sidesOf(rings.map(function (cell, b) { return b; })), known = index(sides);
    sides.forEach(function (side) {
      var other = known.get(side[1] * SPAN + side[0]);
      if (other > side[2]) shared.push(side.concat(other));
    });
  };
  // sides [from, to, cell] of some cells; a side between two of them is met twice, the other way round
  var sidesOf = function (rows) {
    var sides = [];
    rows.forEach(function (b) {
      rings[b].forEach(function (ring) {
        ring.forEach(function (at, i) { sides.push([at, ring[(i + 1) % ring.length], b]); });
      });
    });
    return sides;
  };
  var SPAN = 4194304; // more than there are points: two numbers make one key
  var index = function (sides) {
    var found = new Map();
    sides.forEach(function (side) { found.set(side[0] * SPAN + side[1], side[2]); });
    return found;
  };
  // sides joined end to end: rings where they close
  var join = function (sides) {
    var next = {}, lines = [];
    sides.forEach(function (side) { (next[side[0]] = next[side[0]] || []).push(side[1]); });
    var follow = function (from) {
      var line = [from], at = from;
      while (next[at] && next[at].length) { at = next[at].pop(); line.push(at); if (at === from) break; }
      return line;
    };
    sides.forEach(function (side) { while (next[side[0]] && next[side[0]].length) lines.push(follow(side[0])); });
    return lines.map(function (line) { return line.map(function (at) { return points[at]; }); });
  };

  // ── the ground of some buildings, and the lines between grids ──
  review.groundOf = function (rows) { // rings
    if (!rings) unpack();
    var sides = sidesOf(rows), known = index(sides);
    return join(sides.filter(function (side) { return !known.has(side[1] * SPAN + side[0]); }));
  };
  var between = function (of) { // {kept, fresh}: where the plan has a boundary, where it has none
    var found = { kept: [], fresh: [] };
    shared.forEach(function (side) {
      if (of[side[2]] !== of[side[3]]) found[review.base[side[2]] === review.base[side[3]] ? "fresh" : "kept"].push(side);
    });
    return { kept: join(found.kept), fresh: join(found.fresh) };
  };

  // ── shown in the layers of the plan itself, so that choosing, fading and switching go on as ever ──
  var lines = ["boundary_case", "boundary"].map(page.layerOf).filter(Boolean), kept = [], dashes = L.layerGroup().addTo(map), before = [];
  var reshape = function (layer, latlngs) {
    if (!layer.plan) { layer.plan = layer.getLatLngs(); kept.push(layer); }
    layer.setLatLngs(latlngs);
  };
  var restore = function () {
    kept.forEach(function (layer) { layer.setLatLngs(layer.plan); delete layer.plan; });
    kept = [];
    dashes.clearLayers();
    before = [];
    page.outline(page.chosen());
  };
  // hatch of grids that break a rule: the plan's own, and its outlines, stand aside for that of changed grids
  var marked = page.layerOf("exception_line"), exceptions = gridder.data.grids.map(function (grid, g) { return g; }).filter(function (g) { return gridder.data.grids[g].status === "exception"; });
  var moveMarks = function (of, changed) {
    var shapeOf = function (layer, g) { if (changed.indexOf(g) >= 0) reshape(layer, []); else if (layer.plan) layer.setLatLngs(layer.plan); };
    if (page.layerOf("exception")) page.layerOf("exception").eachLayer(function (layer) { shapeOf(layer, layer.feature.properties.g); });
    if (marked) marked.getLayers().forEach(function (layer, i) { shapeOf(layer, exceptions[i]); });
    changed.forEach(function (g) {
      if (review.isSpecial(g) || review.judge(of, g).lawful) return;
      var style = { pane: "hatch", interactive: false, smoothFactor: 0, stroke: false, fillColor: gridder.hatch("exception"), fillOpacity: 1 };
      L.polygon(page.grounds[g].getLatLngs(), style).addTo(dashes);
    });
  };
  var isShown = function () { return !lines.length || map.hasLayer(lines[0]); };
  var addDashes = function (fresh) {
    if (!isShown() || !fresh.length) return;
    var style = { pane: "boundaries", interactive: false, fill: false, smoothFactor: 0, lineJoin: "round", lineCap: "butt" };
    L.polyline(fresh, L.extend({ color: "#FFFFFF", weight: 5 }, style)).addTo(dashes);
    L.polyline(fresh, L.extend({ color: CHANGE, weight: 2.6, dashArray: "7 4" }, style)).addTo(dashes);
  };
  review.showGround = function () {
    var state = review.shown(), changed = review.changed(state).filter(function (g) { return page.grounds[g]; });
    if (!changed.length) { if (kept.length) restore(); return; }
    if (!rings) unpack();
    var of = review.gridsOf(state), now = between(of);
    before.filter(function (g) { return changed.indexOf(g) < 0; }).forEach(function (g) { page.grounds[g].setLatLngs(page.grounds[g].plan); });
    changed.forEach(function (g) {
      var parts = review.groundOf(review.membersOf(of, g)), was = page.grounds[g].getBounds();
      reshape(page.grounds[g], parts.length ? parts : [[was.getSouthWest()], [was.getNorthEast()]]); // an empty grid: where it was, no area
    });
    before = changed;
    lines.forEach(function (group) { group.eachLayer(function (layer) { reshape(layer, now.kept); }); });
    dashes.clearLayers();
    addDashes(now.fresh);
    moveMarks(of, changed);
    page.outline(page.chosen());
  };
  document.addEventListener("gridder:layers", review.showGround);
})();
