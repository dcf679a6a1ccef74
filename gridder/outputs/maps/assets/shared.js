/* Shared by all pages: facts, language, styles of map layers, labels, furniture, print. Plain JavaScript, no library
   but Leaflet. Text from the data reaches the page through textContent alone. */
"use strict";
var gridder = {};
(function () {
  var root = document.documentElement;
  gridder.data = JSON.parse(document.getElementById("gridder-data").textContent);

  // ── language ──
  gridder.lang = function () { return root.getAttribute("data-lang"); };

  // a text of the data: a string, or {zh: …, en: …}
  gridder.text = function (text) {
    return text && typeof text === "object" ? text[gridder.lang()] : text == null ? "" : String(text);
  };

  // a sentence of data.words with its {placeholders} filled in
  gridder.say = function (key, facts) {
    var sentence = gridder.text(gridder.data.words[key]);
    return sentence.replace(/\{(\w+)\}/g, function (all, name) { return facts && name in facts ? facts[name] : all; });
  };

  gridder.number = function (n) { return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ","); };

  gridder.setLang = function (lang) {
    root.setAttribute("data-lang", lang);
    root.lang = lang === "zh" ? "zh-CN" : "en";
    document.title = document.body.getAttribute("data-title-" + lang);
    ["label", "placeholder"].forEach(function (name) {
      var nodes = document.querySelectorAll("[data-" + name + "-" + lang + "]");
      Array.prototype.forEach.call(nodes, function (node) {
        node.setAttribute(name === "label" ? "aria-label" : name, node.getAttribute("data-" + name + "-" + lang));
      });
    });
    gridder.all("[data-set-lang]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-set-lang") === lang));
    });
    gridder.all("a[data-page]").forEach(function (link) {
      link.setAttribute("href", link.getAttribute("data-page") + "#lang=" + lang);
    });
    document.dispatchEvent(new Event("gridder:lang"));
  };

  // ── the page's elements ──
  gridder.all = function (selector, within) {
    return Array.prototype.slice.call((within || document).querySelectorAll(selector));
  };

  gridder.one = function (selector) { return document.querySelector(selector); };

  // make("span", "class", "text", child…): an element whose strings are text, never markup
  gridder.make = function (tag, className) {
    var node = document.createElement(tag);
    if (className) node.className = className;
    Array.prototype.slice.call(arguments, 2).forEach(function (child) {
      if (child == null || child === "") return;
      node.appendChild(typeof child === "object" ? child : document.createTextNode(String(child)));
    });
    return node;
  };

  // ── styles of layers: of a feature's numbers, never of its names ──
  gridder.palette = gridder.data.palette || { ground: [], building: [], zero: "#C4C8C6", special: "#F1EFF6" };
  gridder.isFaded = function () { return false; }; // a page may fade grids by their number

  var patterns = {};
  // diagonal hatch as a canvas pattern, or in print as the SVG pattern of the page
  gridder.hatch = function (kind) {
    if (gridder.printing) return "url(#hatch-" + kind + ")";
    if (!patterns[kind]) {
      var size = 8, tile = document.createElement("canvas");
      tile.width = tile.height = size;
      var pen = tile.getContext("2d");
      pen.strokeStyle = kind === "exception" ? "#A63A0A" : "#8577AE";
      pen.globalAlpha = kind === "exception" ? 0.42 : 0.6;
      pen.lineWidth = 1.2;
      pen.beginPath();
      [-size, 0, size].forEach(function (shift) {
        if (kind === "exception") { pen.moveTo(shift - 1, -1); pen.lineTo(shift + size + 1, size + 1); }
        else { pen.moveTo(shift - 1, size + 1); pen.lineTo(shift + size + 1, -1); }
      });
      pen.stroke();
      patterns[kind] = pen.createPattern(tile, "repeat");
    }
    return patterns[kind];
  };

  var fade = function (feature) { return gridder.isFaded(feature.properties.g) ? 0.45 : 1; };

  gridder.style = {
    ground: function (feature) {
      var special = feature.properties.s === "special";
      var colour = special ? gridder.palette.special : gridder.palette.ground[feature.properties.c];
      return { stroke: true, color: colour, weight: 0.8, opacity: fade(feature), fillColor: colour, fillOpacity: fade(feature) };
    },
    hatch: function (feature) {
      return { stroke: false, fillColor: gridder.hatch(feature.properties.s), fillOpacity: fade(feature) };
    },
    building: function (feature) {
      var p = feature.properties;
      var colour = p.z ? gridder.palette.zero : p.s === "special" ? "#6C5F93" : gridder.palette.building[p.c];
      return { color: "#FFFFFF", weight: 0.6, opacity: fade(feature), fillColor: colour, fillOpacity: fade(feature) };
    }
  };

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
  var based = [];
  gridder.addBasemap = function (map) {
    var base = gridder.data.basemap;
    if (!base || based.indexOf(map) >= 0) return;
    based.push(map);
    root.classList.add("with-basemap");
    var tiles = L.layerGroup(base.urls.map(function (url) {
      return L.tileLayer(url, { subdomains: base.servers, maxNativeZoom: base.zoom_max, maxZoom: 21 });
    })).addTo(map);
    var control = L.control({ position: "topleft" });
    control.onAdd = function () {
      var box = gridder.make("input"), name = gridder.make("span"), note = gridder.make("span", "basemap-note");
      box.type = "checkbox";
      box.checked = true;
      box.addEventListener("change", function () {
        if (box.checked) map.addLayer(tiles); else map.removeLayer(tiles);
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

  // labels, first come first served: {at: [lat, lng], nodes: [function () → element, …] from large to small (or
  // node: one of them), minZoom, fits: optional function (corners) → whether the label lies well, always: drawn even over others}.
  // The largest form that lies well and covers no other label is drawn, else the smallest that covers none, else none.
  gridder.drawLabels = function (map, labels) {
    var layer = L.layerGroup().addTo(map), boxes = {};
    // where the box of a label lies around its point: measured once a form, all new ones of a drawing together
    var keyOf = function (node) { return node.className + "|" + node.innerHTML; };
    var measure = function (nodes) {
      var fresh = nodes.filter(function (node) { return !boxes[keyOf(node)]; });
      if (!fresh.length) return;
      var hidden = hiddenIn(map.getPane("labels"));
      fresh.forEach(function (node) { hidden.appendChild(node.cloneNode(true)); });
      var at = hidden.getBoundingClientRect();
      fresh.forEach(function (node, i) {
        var box = hidden.childNodes[i].getBoundingClientRect();
        boxes[keyOf(node)] = { left: box.left - at.left, right: box.right - at.left, top: box.top - at.top, bottom: box.bottom - at.top };
      });
      hidden.remove();
    };
    var hiddenIn = function (pane) {
      var hidden = gridder.make("div", "map-label");
      hidden.style.cssText = "position:absolute;visibility:hidden";
      return pane.appendChild(hidden);
    };
    var boxOf = function (label, node) {
      var at = map.latLngToContainerPoint(label.at), box = boxes[keyOf(node)];
      return { left: at.x + box.left, right: at.x + box.right, top: at.y + box.top, bottom: at.y + box.bottom };
    };
    var liesWell = function (label, box) {
      if (!label.fits) return true;
      return label.fits([[box.left, box.top], [box.right, box.top], [box.left, box.bottom], [box.right, box.bottom]].map(function (corner) {
        return map.containerPointToLatLng(corner);
      }));
    };
    var draw = function () {
      var taken = [], view = map.getBounds().pad(0.1);
      var isFree = function (box) {
        return !taken.some(function (other) {
          return box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top;
        });
      };
      layer.clearLayers();
      var wanted = labels().filter(function (label) {
        return !(label.minZoom && map.getZoom() < label.minZoom) && view.contains(label.at);
      });
      wanted.forEach(function (label) { label.forms = (label.nodes || [label.node]).map(function (form) { return form(); }); });
      measure([].concat.apply([], wanted.map(function (label) { return label.forms; })));
      wanted.forEach(function (label) {
        for (var n = 0; n < label.forms.length; n++) {
          var box = boxOf(label, label.forms[n]), last = n === label.forms.length - 1;
          if ((isFree(box) && (last || liesWell(label, box))) || (last && label.always)) {
            taken.push(box);
            var icon = L.divIcon({ className: "map-label", html: label.forms[n], iconSize: null });
            L.marker(label.at, { icon: icon, pane: "labels", interactive: false, keyboard: false }).addTo(layer);
            return;
          }
        }
      });
    };
    map.on("moveend", draw);
    document.addEventListener("gridder:lang", draw);
    window.addEventListener("resize", function () { boxes = {}; });
    document.addEventListener("gridder:print", function () { boxes = {}; });
    return draw;
  };

  var svg = function (name, attributes) {
    var node = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.keys(attributes).forEach(function (key) { node.setAttribute(key, attributes[key]); });
    return node;
  };
  // the sign of a crossing or of the hall, and what it says
  gridder.sayMark = function (m) { return (m.name ? m.name + gridder.say("colon") : "") + gridder.say(m.say); };
  gridder.markNode = function (m) {
    var box = svg("svg", { viewBox: "-12 -12 24 24", width: 22, height: 22 });
    if (m.kind === "hall") {
      box.appendChild(svg("rect", { x: -9, y: -9, width: 18, height: 18, rx: 2, fill: "#12487A", stroke: "#fff", "stroke-width": 1.5 }));
      box.appendChild(svg("path", { d: "M-6 1 0-5 6 1M-4 0V5.5H4V0M-1 5.5V2H1V5.5", fill: "none", stroke: "#fff", "stroke-width": 1.4 }));
    } else {
      var ring = { r: 9, fill: "#fff", stroke: "#1B2733", "stroke-width": 1.6 };
      if (m.kind === "crossing_rule") ring["stroke-dasharray"] = "3.2 2.455"; // ten dashes: a house rule, as its tags are
      box.setAttribute("role", "img");
      box.setAttribute("aria-label", gridder.sayMark(m));
      box.appendChild(svg("circle", ring));
      box.appendChild(svg("path", { d: "M-3-5q2 5 0 10M3-5q-2 5 0 10", fill: "none", stroke: "#1B2733", "stroke-width": 1.6, transform: "rotate(" + m.turn + ")" }));
    }
    return gridder.make("span", "label mark", box);
  };

  // scale bar in a node: a round number of metres at most `room` pixels wide
  gridder.drawScale = function (map, node, room) {
    var draw = function () {
      var size = map.getSize(), y = size.y / 2;
      var metres = map.distance(map.containerPointToLatLng([0, y]), map.containerPointToLatLng([room, y]));
      if (!(metres > 0)) return;
      var power = Math.pow(10, Math.floor(Math.log(metres) / Math.LN10));
      var round = metres / power >= 5 ? 5 * power : metres / power >= 2 ? 2 * power : power;
      var far = round >= 1000;
      node.textContent = "";
      var bar = gridder.make("span", "scale-bar");
      bar.style.width = Math.round(room * round / metres) + "px";
      node.appendChild(gridder.make("span", "scale-text", gridder.say(far ? "km" : "m", { n: far ? round / 1000 : round })));
      node.appendChild(bar);
    };
    map.on("moveend zoomend resize", draw);
    document.addEventListener("gridder:lang", draw);
    draw();
  };

  // streets: as wide as their strokes where a pixel is no more than 1.5 m, thinner on the map of a large community
  var STREETS = ["road_outside", "arterial_outside", "road", "arterial"];
  gridder.thinStreets = function (map, layerOf) {
    var thin = function () {
      var middle = map.getSize().divideBy(2);
      var m = map.distance(map.containerPointToLatLng(middle), map.containerPointToLatLng(middle.add([100, 0]))) / 100;
      var share = Math.max(0.3, Math.min(1, 1.5 / m));
      STREETS.forEach(function (name) {
        var cased = layerOf(name + "_case"), inner = 0;
        [layerOf(name), cased].forEach(function (layer) {
          if (layer) layer.eachLayer(function (line) {
            line.full = line.full || line.options.weight;
            if (layer !== cased) inner = line.full;
            line.setStyle({ weight: layer === cased ? inner * share + line.full - inner : line.full * share });
          });
        });
      });
    };
    map.on("zoomend", thin);
  };

  // check boxes [data-layers="name name"] switch the layers geo_json_<name> and whatever `others` names
  gridder.bindLayers = function (map, others) {
    gridder.all("input[data-layers]").forEach(function (box) {
      var apply = function () {
        box.getAttribute("data-layers").split(" ").forEach(function (name) {
          var layer = (others && others[name]) || window["geo_json_" + name];
          if (layer && box.checked) map.addLayer(layer);
          else if (layer) map.removeLayer(layer);
        });
        document.dispatchEvent(new Event("gridder:layers"));
      };
      box.addEventListener("change", apply);
    });
  };

  // ── paper: A3 is the same sheet, larger ──
  gridder.setPaper = function (size) {
    var style = document.getElementById("paper") || document.head.appendChild(gridder.make("style"));
    style.id = "paper";
    style.textContent = "@page { size: " + size + " landscape; }" + (size === "A3" ? "@media print { body { zoom: 1.414; } }" : "");
    gridder.all("[data-paper]").forEach(function (choice) { choice.value = size; });
  };

  // ── print: layers move from canvas to SVG, so that paper gets lines and not pixels ──
  gridder.printing = false;
  // size: [width, height] of the map on paper in CSS pixels; fit: shows what the map should hold
  gridder.preparePrint = function (map, size, fit) {
    // a frame that a canvas has asked for may come when the canvas is gone
    var redrawCanvas = L.Canvas.prototype._redraw;
    L.Canvas.include({ _redraw: function () { if (this._ctx) redrawCanvas.call(this); } });
    var redraw = function (on) {
      var paths = [], renderers = {};
      map.eachLayer(function (layer) { if (layer instanceof L.Path) paths.push(layer); });
      paths.forEach(function (path) { map.removeLayer(path); });
      map.eachLayer(function (layer) { if (layer instanceof L.Renderer) map.removeLayer(layer); });
      map._paneRenderers = {};
      paths.forEach(function (path) {
        var pane = path.options.pane;
        if (on && !renderers[pane]) renderers[pane] = L.svg({ pane: pane, padding: 0.5 });
        if (on) path.options.renderer = renderers[pane];
        else delete path.options.renderer;
        if (path.feature && pane === "hatch") L.setOptions(path, gridder.style.hatch(path.feature));
        map.addLayer(path);
      });
    };
    var swapped = false; // of this map: a page may have several
    var swap = function (on) {
      if (swapped === on) return;
      swapped = gridder.printing = on;
      root.classList.toggle("printing", on);
      document.dispatchEvent(new Event("gridder:print"));
      var box = map.getContainer();
      box.style.width = on ? size[0] + "px" : "";
      box.style.height = on ? size[1] + "px" : "";
      map.invalidateSize({ animate: false, pan: false });
      redraw(on);
      fit();
      document.dispatchEvent(new Event("gridder:printed")); // before, canvases have frames on their way
    };
    window.addEventListener("beforeprint", function () { swap(true); });
    window.addEventListener("afterprint", function () { swap(false); });
    var media = window.matchMedia("print");
    if (media.addListener) media.addListener(function (event) { swap(event.matches); });
  };

  document.addEventListener("DOMContentLoaded", function () {
    gridder.all("[data-set-lang]").forEach(function (button) {
      button.addEventListener("click", function () { gridder.setLang(button.getAttribute("data-set-lang")); });
    });
    gridder.all("[data-print]").forEach(function (button) {
      button.addEventListener("click", function () { window.print(); });
    });
    gridder.all("[data-paper]").forEach(function (choice) {
      choice.addEventListener("change", function () { gridder.setPaper(choice.value); });
    });
    var asked = /[#&]lang=(zh|en)/.exec(window.location.hash);
    gridder.setLang(asked ? asked[1] : gridder.lang());
    showWaiting();
  });
})();
