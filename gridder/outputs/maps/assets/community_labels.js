/* Labels and signs on the map of one community. */
"use strict";
(function () {
  var data = gridder.data, map = window.map_main, page = gridder.page, one = gridder.one, make = gridder.make;
  var grounds = page.grounds, shapes = page.shapes;

  var gridLabel = function (g, compact) {
    var grid = data.grids[g], special = grid.status === "special", out = page.needsLook(g), status = special ? "special" : out ? "exception" : "lawful";
    var second = special && !grid.households ? gridder.say("special_grid") : gridder.say("households", { n: gridder.number(page.householdsOf(g)) });
    return make("span", "label grid " + status + (compact ? " compact" : "") + (gridder.isFaded(g) ? " faded" : ""),
      make("b", "", out ? "▲" : "", grid.no, page.lockSign(g)), compact ? "" : make("span", "", second));
  };
  page.lockSign = function () { return ""; };
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
  var insideOf = page.insideOf = function (shape) {
    var box = shape.getBounds(), rings = shape.getLatLngs(), parts = [0.5, 0.2, 0.8, 0.35, 0.65];
    for (var i = 0; i < parts.length; i++) for (var j = 0; j < parts.length; j++) {
      var at = L.latLng(box.getSouth() + parts[i] * (box.getNorth() - box.getSouth()), box.getWest() + parts[j] * (box.getEast() - box.getWest()));
      if (page.inShape(rings, at)) return at;
    }
    return box.getCenter();
  };
  var houseLabel = function (shape, number, households) {
    return { at: insideOf(shape), nodes: [function () { return make("span", "label house" + (households ? "" : " zero"), number); }] };
  };
  var isShown = page.isShown = function (kind) {
    var box = one('input[data-key="' + kind + '"]');
    return !box || box.checked;
  };
  var drawLabels = page.drawLabels = gridder.drawLabels(map, function () {
    var grids = gridLabels.map(function (label) {
      var g = label.g, rings = grounds[g].getLatLngs();
      return {
        at: page.inShape(rings, L.latLng(label.at)) ? label.at : insideOf(grounds[g]), // a changed grid may have left its place
        always: page.needsLook(g),
        nodes: [function () { return gridLabel(g, false); }, function () { return gridLabel(g, true); }],
        fits: function (corners) { return corners.filter(function (at) { return page.inShape(rings, at); }).length > 2; }
      };
    });
    // signs that would cover each other wait for a closer look
    var marks = data.marks.filter(function (m) { return isShown(m.kind); }).sort(function (a, b) { return !!a.say - !!b.say; }).map(function (m) {
      return { at: m.at, always: !m.say, nodes: [function () { return gridder.markNode(m); }] };
    });
    var others = otherLabels.filter(function (label) { return isShown(label.kind === "compound" ? "compounds" : label.kind); }).map(function (label) {
      var upright = label.upright ? " upright" + (/[\u4e00-\u9fff]/.test(label.name) ? " han" : "") : "";
      return { at: label.at, nodes: [function () { return make("span", "label " + label.kind + upright, label.name); }] };
    });
    return marks.concat(isShown("grids") ? grids : [], gridder.small() ? [] : others, houseLabels());
  });
  gridder.small = function () { return window.innerWidth < 768 && !gridder.printing; };
  document.addEventListener("gridder:layers", drawLabels);

  gridder.thinStreets(map, page.layerOf);
})();
