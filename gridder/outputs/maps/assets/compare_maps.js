/* The page of two plans: two maps with one view. */
"use strict";
(function () {
  var compare = gridder.compare, state = compare.state, charts = compare.charts, SIDES = compare.SIDES, data = gridder.data;
  var make = gridder.make, say = gridder.say, number = gridder.number, shapeOf = compare.shapeOf, gridOf = compare.gridOf;

  // ── the maps ──
  function colourOf(side, building) {
    var grid = gridOf(side, building);
    if (!building[3] || !grid) return gridder.palette.zero;
    return grid.status === "special" ? "#6C5F93" : gridder.palette.building[colours[side][grid.code]];
  }
  var colours = { old: {}, new: {} };
  function readColours() {
    SIDES.forEach(function (side) {
      var layer = compare.layerOf(side, "ground");
      if (layer) layer.eachLayer(function (shape) {
        var facts = shape.feature.properties;
        colours[side][data.grids[side][facts.g].code] = facts.c;
      });
    });
  }
  function metresPerPixel(chart) {
    return chart.distance(chart.containerPointToLatLng([0, 0]), chart.containerPointToLatLng([100, 0])) / 100;
  }
  // outlines of moved buildings grow thin where buildings are small
  var outlines = [], thinness = 1;
  function thin() {
    var wide = metresPerPixel(charts.old);
    var share = wide > 2 ? 0.34 : wide > 1 ? 0.5 : 1;
    if (share === thinness) return;
    thinness = share;
    outlines.forEach(function (pair) { pair[0].setStyle({ weight: pair[1] * share }); });
    SIDES.forEach(function (side) {
      ["outline", "boundary", "boundary_case", "exception_line", "halo"].forEach(function (name) {
        var layer = compare.layerOf(side, name);
        if (layer) layer.eachLayer(function (line) {
          line.fullWeight = line.fullWeight || line.options.weight;
          line.setStyle({ weight: line.fullWeight * (share + 1) / 2 });
        });
      });
    });
  }
  SIDES.forEach(function (side) {
    gridder.thinStreets(charts[side], function (name) { return compare.layerOf(side, name); });
  });
  function drawBuildings(side) {
    data.buildings.forEach(function (building, b) {
      if (!compare.isIn(side, building)) return;
      shapeOf(building, { pane: "buildings", interactive: false, smoothFactor: 0, color: "#FFFFFF", weight: 0.6,
        fillColor: colourOf(side, building), fillOpacity: 1 }).addTo(charts[side]);
      if (!compare.differs(building)) return;
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
    var wide = metresPerPixel(charts[side]);
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
    if (metresPerPixel(charts[side]) > SIGNS_M) return [];
    return data.marks[side].slice().sort(function (a, b) { return !!a.say - !!b.say; }).map(function (mark) {
      return { at: L.latLng(mark.at), always: !mark.say, node: function () { return gridder.markNode(mark); } };
    });
  }
  // names of communities while their grids are too small for labels: inside the largest circle of their ground, so that
  // none lies over a border; in one line, else in two
  function listNames(side) {
    var chart = charts[side];
    if (state.scope !== "" || data.scopes.length < 3) return [];
    return data.scopes.slice(1).map(function (scope) {
      var box = [chart.latLngToContainerPoint(scope.bounds[0]), chart.latLngToContainerPoint(scope.bounds[1])];
      return { scope: scope, px: Math.min(Math.abs(box[1].x - box[0].x), Math.abs(box[1].y - box[0].y)) };
    }).filter(function (one) { return one.px < 130; }).sort(function (a, b) {
      return b.scope.moved - a.scope.moved || b.px - a.px;
    }).map(function (one) {
      var at = L.latLng(one.scope.at[0], one.scope.at[1]), signs = Array.from(one.scope.name.replace(/(.)社区$/, "$1"));
      var half = Math.ceil(signs.length / 2), lines = [[signs], [signs.slice(0, half), signs.slice(half)]];
      return {
        at: at, inside: true,
        nodes: lines.slice(0, signs.length > 3 && !/[A-Za-z]/.test(one.scope.name) ? 2 : 1).map(function (form) {
          return function () {
            var node = make("span", "label community");
            form.forEach(function (line) { node.appendChild(make("span", "", line.join(""))); });
            return node;
          };
        }),
        fits: function (corners) { return corners.every(function (corner) { return chart.distance(at, corner) <= one.scope.at[2]; }); }
      };
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
  compare.fit = function () {
    var full = gridder.data.basemap && !gridder.printing ? 34 : 18;
    fitTo(compare.scopes[state.scope].bounds, gridder.printing ? 8 : full);
  };

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
  var clearPointer = compare.clearPointer = function () {
    pointers.forEach(function (shape) { shape.remove(); });
    pointers = [];
  };
  compare.showBuilding = function (building) {
    var outline = function () {
      return [["#FFFFFF", 9], ["#12487A", 5]].map(function (stroke) {
        return shapeOf(building, { pane: "marks", interactive: false, color: stroke[0], weight: stroke[1], fill: false });
      });
    };
    var probe = shapeOf(building, {});
    point(outline, probe.getBounds());
  };
  compare.showGrids = function (row) {
    var wanted = { old: [row.old], new: row.new }, bounds = L.latLngBounds([]);
    point(function (side) {
      var found = [], layer = compare.layerOf(side, "ground");
      if (layer) layer.eachLayer(function (shape) {
        if (wanted[side].indexOf(data.grids[side][shape.feature.properties.g].code) < 0) return;
        bounds.extend(shape.getBounds());
        [["#FFFFFF", 7], ["#12487A", 4]].forEach(function (stroke) {
          found.push(gridder.outlineOf(shape, { pane: "chosen", color: stroke[0], weight: stroke[1] }));
        });
      });
      return found;
    }, bounds);
  };

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
})();
