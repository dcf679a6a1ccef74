/* The map while grids are adjusted: picking buildings one by one or by a box, and what is pending drawn on it. */
"use strict";
(function () {
  var data = gridder.data, map = window.map_main, page = gridder.page, review = gridder.review, make = gridder.make;
  var CHANGE = "#9C1458", ACT = "#12487A", OUT = "#A63A0A";

  // ── what is in hand ──
  review.editing = false;
  review.hand = [];
  review.target = -1;
  // hold these rows, each with the rest of its building; keep: besides those in hand, or without them if all are held
  review.take = function (rows, keep) {
    var held = keep ? review.hand.slice() : [], whole = [];
    rows.forEach(function (b) { whole = whole.concat(review.together(b)); });
    whole = whole.filter(function (b, i) { return page.gridOf(b) >= 0 && whole.indexOf(b) === i; });
    var all = keep && whole.every(function (b) { return held.indexOf(b) >= 0; });
    held = held.filter(function (b) { return whole.indexOf(b) < 0; });
    review.hand = (all ? held : held.concat(whole)).sort(function (a, b) { return a - b; });
    review.target = -1;
    document.dispatchEvent(new Event("gridder:hand"));
  };
  review.aim = function (g) {
    review.target = g;
    document.dispatchEvent(new Event("gridder:hand"));
  };

  // ── colours: a pending building has the colour of its new grid and a magenta outline ──
  var gone = {}; // building → pending
  var plain = gridder.style.building;
  gridder.style.building = function (feature) {
    var b = feature.properties.b;
    if (!gone[b]) return plain(feature);
    var ground = page.grounds[page.gridOf(b)], as = ground ? ground.feature.properties : feature.properties;
    var style = plain({ properties: L.extend({}, feature.properties, { g: page.gridOf(b), c: as.c, s: as.s }) });
    return L.extend(style, { color: CHANGE, weight: 2.4 });
  };
  page.lockSign = function (g) {
    return review.state.locks.indexOf(g) >= 0 ? make("i", "padlock") : "";
  };
  review.paint = function () {
    var state = review.shown(), changed = review.changed(state);
    gone = {};
    state.moves.forEach(function (move) { gone[move.b] = true; });
    if (page.layerOf("tour")) page.layerOf("tour").eachLayer(function (line) { // a round through other buildings is no round
      line.setStyle({ opacity: changed.indexOf(line.feature.properties.g) >= 0 ? 0 : 1 });
    });
    if (review.showGround) review.showGround();
  };

  // ── hand, target and what would be cut off ──
  var drawing = L.layerGroup().addTo(map);
  var outline = function (layer, style) { gridder.outlineOf(layer, L.extend({ pane: "chosen", lineJoin: "round" }, style)).addTo(drawing); };
  var middleOf = function (rows) {
    var bounds = L.latLngBounds([]);
    rows.forEach(function (b) { if (page.shapes[b]) bounds.extend(page.shapes[b].getBounds()); });
    return bounds.isValid() ? bounds : null;
  };
  var flag = function (bounds, text, className) { // above what it names; "below" where that would cover another
    var box = make("span", "label review-flag " + className, text);
    var icon = L.divIcon({ className: "map-label", html: box, iconSize: null });
    L.marker([/below/.test(className) ? bounds.getSouth() : bounds.getNorth(), bounds.getCenter().lng], { icon: icon, pane: "labels", interactive: false, keyboard: false }).addTo(drawing);
  };
  var arrow = function (from, to, colour, dashed) {
    var a = map.latLngToLayerPoint(from), b = map.latLngToLayerPoint(to), d = b.subtract(a), far = Math.sqrt(d.x * d.x + d.y * d.y);
    if (far < 12) return;
    var back = d.divideBy(far).multiplyBy(10), side = L.point(-back.y, back.x).multiplyBy(0.5);
    var head = [b.subtract(back).add(side), b, b.subtract(back).subtract(side)].map(function (p) { return map.layerPointToLatLng(p); });
    L.polyline([from, to], { pane: "chosen", interactive: false, color: colour, weight: 2.4, dashArray: dashed ? "6 4" : null }).addTo(drawing);
    L.polygon(head, { pane: "chosen", interactive: false, stroke: false, fillColor: colour, fillOpacity: 1 }).addTo(drawing);
  };
  var nearestOf = function (rows, from) { // the building of some rows nearest to a place
    var best = null, least = Infinity;
    rows.forEach(function (b) {
      if (!page.shapes[b]) return;
      var at = page.shapes[b].getBounds().getCenter(), far = map.distance(from, at);
      if (far < least) { least = far; best = at; }
    });
    return best;
  };
  // the ground of what would be cut off; where the page has no ground of buildings, the buildings
  var drawCut = function (rows) {
    var style = { pane: "chosen", interactive: false, smoothFactor: 0, color: OUT, weight: 2.4, dashArray: "7 4", lineCap: "butt", fill: true, fillColor: gridder.hatch("exception"), fillOpacity: 1 };
    if (review.groundOf && rows.length) L.polygon(review.groundOf(rows), style).addTo(drawing);
    else rows.forEach(function (b) { if (page.shapes[b]) outline(page.shapes[b], style); });
  };
  review.draw = function (check) {
    drawing.clearLayers();
    if (!review.editing || !review.hand.length || gridder.printing) return;
    var refused = check && check.broken.length, colour = refused ? OUT : ACT;
    if (check && page.grounds[check.to]) {
      outline(page.grounds[check.to], { color: "#FFFFFF", weight: 7 });
      outline(page.grounds[check.to], { color: ACT, weight: 4 });
    }
    if (check) drawCut(check.cut);
    review.hand.forEach(function (b) {
      if (!page.shapes[b]) return;
      outline(page.shapes[b], { color: "#FFFFFF", weight: 6 });
      outline(page.shapes[b], { color: colour, weight: 3 });
    });
    var held = middleOf(review.hand), cut = null;
    if (!held) return;
    if (check) {
      var rest = review.membersOf(review.gridsOf(review.state), check.to), end = nearestOf(rest, held.getCenter());
      if (end) arrow(held.getCenter(), end, colour, refused);
      cut = middleOf(check.cut);
      if (cut) flag(cut, review.say("cut_off", { rows: review.sayRows(check.cut) }), "out" + (cut.getCenter().lat > held.getCenter().lat ? "" : " below"));
    }
    flag(held, review.hand.length === 1 ? page.nameOf(review.hand[0]) + " " + gridder.say("households", { n: review.sum(review.hand) }) : review.sayRows(review.hand), (refused ? "out" : "") + (cut && cut.getCenter().lat > held.getCenter().lat ? " below" : ""));
  };

  // ── picking ──
  page.taken = function (event, g) {
    if (!review.editing) return false;
    var b = g < 0 ? -1 : page.find(page.shapes, event.latlng), more = event.originalEvent.shiftKey || event.originalEvent.ctrlKey || event.originalEvent.metaKey;
    if (boxed) { boxed = false; return true; } // the click that ends a box
    if (b >= 0) { page.showTab("grids"); review.take([b], more); return true; }
    if (review.hand.length && g >= 0 && review.hand.some(function (held) { return page.gridOf(held) !== g; })) { review.aim(g); return true; }
    return false;
  };
  var boxed = false, start = null, frame = null, node = map.getContainer();
  var place = function (event) {
    var at = node.getBoundingClientRect();
    return L.point(event.clientX - at.left, event.clientY - at.top);
  };
  review.pickBy = function (mode) {
    review.mode = mode;
    map.dragging[mode === "box" ? "disable" : "enable"]();
    node.style.touchAction = mode === "box" ? "none" : "";
    node.classList.toggle("boxing", mode === "box");
  };
  node.addEventListener("pointerdown", function (event) {
    if (!review.editing || review.mode !== "box" || event.button !== 0 || event.target.closest(".leaflet-control")) return;
    start = place(event);
    boxed = false;
  });
  window.addEventListener("pointermove", function (event) {
    if (!start) return;
    var now = place(event), box = L.bounds(start, now), size = box.getSize();
    if (!frame && size.x + size.y < 8) return;
    if (!frame) frame = node.appendChild(make("div", "pick-box"));
    frame.style.cssText = "left:" + box.min.x + "px;top:" + box.min.y + "px;width:" + size.x + "px;height:" + size.y + "px";
  });
  window.addEventListener("pointerup", function (event) {
    if (!start) return;
    var box = L.bounds(start, place(event)), drawn = frame;
    start = null;
    if (!drawn) return;
    frame = null;
    drawn.remove();
    boxed = true;
    setTimeout(function () { boxed = false; }, 50);
    var inside = [];
    page.shapes.forEach(function (shape, b) {
      if (shape && box.contains(map.latLngToContainerPoint(shape.getBounds().getCenter()))) inside.push(b);
    });
    page.showTab("grids");
    if (inside.length) review.take(inside, event.shiftKey);
  });
  window.addEventListener("pointercancel", function () { start = null; if (frame) { frame.remove(); frame = null; } });
})();
