/* The page of two plans: what a building is, and what the page shows of it. */
"use strict";
(function () {
  var data = gridder.data;
  var compare = gridder.compare = {}; // what the page's other scripts use of this one
  var state = compare.state = { scope: null, look: true, mode: "side", chosen: null };
  var scopes = compare.scopes = {}, ids = Object.keys(data.names);
  data.scopes.forEach(function (scope) { scopes[scope.id] = scope; });
  compare.SIDES = ["old", "new"];
  compare.charts = { old: window.map_old, new: window.map_new };

  // building: [id, unit, name, households, old grid, new grid, plans, community, corners]
  var OLD = 4, NEW = 5;
  compare.gridOf = function (side, building) { return data.grids[side][building[side === "old" ? OLD : NEW]]; };
  compare.isIn = function (side, building) { return (building[6] & (side === "old" ? 1 : 2)) > 0; };
  var codeOf = compare.codeOf = function (side, building) {
    var grid = compare.gridOf(side, building);
    return grid ? grid.code : "";
  };
  compare.differs = function (building) { return codeOf("old", building) !== codeOf("new", building) || building[6] !== 3; };
  compare.scopeOf = function (building) { return ids[building[7]]; };
  compare.inScope = function (community) { return state.scope === "" || community === state.scope; };
  compare.shapeOf = function (building, options) { return L.polygon(building[8], options); };
  compare.layerOf = function (side, name) { return window["geo_json_" + side + "_" + name]; };
  gridder.unpackShapes(data.pieces).forEach(function (shape, b) { data.buildings[b][8] = shape.latlngs; });
})();
