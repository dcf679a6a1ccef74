/* Shapes of all maps: unpacked from the page's data, shown once their map has its view; the basemap. */
"use strict";
(function () {
  var root = document.documentElement;

  // ── shapes: packed.py says how they are written ──
  var SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", STEPS = 1e6;
  var valueOf = {};
  SIGNS.split("").forEach(function (sign, i) { valueOf[sign.charCodeAt(0)] = i; });
  // a function that reads the next number of a packed text; null behind the last
  gridder.reader = function (text) {
    var at = 0;
    return function () {
      if (at >= text.length) return null;
      var number = 0, scale = 1, bits;
      do {
        bits = valueOf[text.charCodeAt(at++)];
        number += (bits & 31) * scale;
        scale *= 32;
      } while (bits & 32);
      return number % 2 ? -(number + 1) / 2 : number / 2;
    };
  };
  // [{area: bool, latlngs: as Leaflet takes them}, …] of a packed text
  gridder.unpackShapes = function (text) {
    var next = gridder.reader(text), found = [], lng = 0, lat = 0;
    var line = function () {
      var points = [];
      for (var n = next(); n > 0; n--) {
        lng += next();
        lat += next();
        points.push(new L.LatLng(lat / STEPS, lng / STEPS));
      }
      return points;
    };
    var area = function () {
      var rings = [];
      for (var n = next(); n > 0; n--) rings.push(line());
      return rings;
    };
    for (var head = next(); head !== null; head = next()) {
      var parts = [], flat = head % 2 === 1;
      for (var n = (head - flat) / 2; n > 0; n--) parts.push(flat ? area() : line());
      found.push({ area: flat, latlngs: parts.length === 1 ? parts[0] : parts });
    }
    return found;
  };
  // the properties of shapes, one object each
  gridder.unpackFacts = function (columns, n) {
    var facts = [];
    for (var i = 0; i < n; i++) facts.push({});
    Object.keys(columns).forEach(function (key) {
      var words = Array.isArray(columns[key]) ? columns[key][0] : null;
      var next = gridder.reader(words ? columns[key][1] : columns[key]);
      for (var i = 0; i < n; i++) facts[i][key] = words ? words[next()] : next();
    });
    return facts;
  };
  // a layer of the page's data; style: of Leaflet, or a function of a feature. Shown ones wait until their map has its
  // view (gridder.fit), so that they are placed once
  var waiting = [];
  gridder.shapes = function (name, options) {
    var packed = gridder.data.shapes[name], shapes = gridder.unpackShapes(packed.shapes);
    var facts = gridder.unpackFacts(packed.facts, shapes.length);
    var group = L.featureGroup(shapes.map(function (shape, i) {
      var feature = { type: "Feature", properties: facts[i] };
      var style = typeof options.style === "function" ? options.style(feature) : options.style;
      var settings = L.extend({ pane: options.pane, interactive: false, smoothFactor: 0 }, style);
      var layer = shape.area ? L.polygon(shape.latlngs, settings) : L.polyline(shape.latlngs, settings);
      layer.feature = feature;
      return layer;
    }));
    if (options.shown) waiting.push([options.map, group]);
    return group;
  };
  // the basemap, where one was asked for: tiles of the network under the map, a switch that names them
  var based = []; // maps of the page, their tiles and switches: one switch turns all
  gridder.addBasemap = function (map) {
    var base = gridder.data.basemap;
    if (!base || based.some(function (other) { return other.map === map; })) return;
    root.classList.add("with-basemap");
    var tiles = L.layerGroup(base.urls.map(function (url) {
      return L.tileLayer(url, { subdomains: base.servers, maxNativeZoom: base.zoom_max, maxZoom: 21 });
    })).addTo(map);
    var control = L.control({ position: "topleft" });
    control.onAdd = function () {
      var box = gridder.make("input"), name = gridder.make("span"), note = gridder.make("span", "basemap-note");
      box.type = "checkbox";
      box.checked = true;
      based.push({ map: map, tiles: tiles, box: box });
      box.addEventListener("change", function () {
        based.forEach(function (one) {
          one.box.checked = box.checked;
          if (box.checked) one.map.addLayer(one.tiles); else one.map.removeLayer(one.tiles);
        });
        root.classList.toggle("with-basemap", box.checked);
      });
      var write = function () { name.textContent = gridder.text(base.name); note.textContent = gridder.text(base.note); };
      document.addEventListener("gridder:lang", write);
      write();
      var node = gridder.make("div", "basemap", gridder.make("label", "", box, name), note);
      L.DomEvent.disableClickPropagation(node);
      return node;
    };
    control.addTo(map);
  };
  var showWaiting = function (map) {
    var mine = waiting.filter(function (pair) { return !map || pair[0] === map; });
    waiting = waiting.filter(function (pair) { return mine.indexOf(pair) < 0; });
    mine.forEach(function (pair) {
      gridder.addBasemap(pair[0]);
      pair[0].addLayer(pair[1]);
    });
  };
  // the same shape once more in another stroke
  gridder.outlineOf = function (layer, style) {
    var settings = L.extend({ interactive: false, smoothFactor: 0, fill: false }, style);
    return layer instanceof L.Polygon ? L.polygon(layer.getLatLngs(), settings) : L.polyline(layer.getLatLngs(), settings);
  };

  // ── map ──
  // fit bounds beside the furniture: padding [top, right, bottom, left] in pixels
  gridder.fit = function (map, bounds, padding) {
    map.fitBounds(bounds, {
      paddingTopLeft: [padding[3], padding[0]], paddingBottomRight: [padding[1], padding[2]], animate: false
    });
    showWaiting(map);
  };

  document.addEventListener("DOMContentLoaded", function () { showWaiting(); });
})();
