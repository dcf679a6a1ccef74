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

  // ── map ──
  // fit bounds beside the furniture: padding [top, right, bottom, left] in pixels
  gridder.fit = function (map, bounds, padding) {
    map.fitBounds(bounds, {
      paddingTopLeft: [padding[3], padding[0]], paddingBottomRight: [padding[1], padding[2]], animate: false
    });
  };

  // labels, first come first served: {at: [lat, lng], nodes: [function () → element, …] from large to small (or
  // node: one of them), minZoom, fits: optional function (corners) → whether the label lies well, always: drawn even over others}.
  // The largest form that lies well and covers no other label is drawn, else the smallest that covers none, else none.
  gridder.drawLabels = function (map, labels) {
    var layer = L.layerGroup().addTo(map), taken = [];
    var isFree = function (box) {
      return !taken.some(function (other) {
        return box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top;
      });
    };
    var place = function (label, node) {
      var icon = L.divIcon({ className: "map-label", html: node, iconSize: null });
      var marker = L.marker(label.at, { icon: icon, pane: "labels", interactive: false, keyboard: false }).addTo(layer);
      return { marker: marker, box: marker.getElement().firstChild.getBoundingClientRect() };
    };
    var liesWell = function (label, box) {
      if (!label.fits) return true;
      var at = map.getContainer().getBoundingClientRect();
      var corner = function (x, y) { return map.containerPointToLatLng([x - at.left, y - at.top]); };
      return label.fits([corner(box.left, box.top), corner(box.right, box.top), corner(box.left, box.bottom), corner(box.right, box.bottom)]);
    };
    var draw = function () {
      layer.clearLayers();
      taken = [];
      var view = map.getBounds().pad(0.1);
      labels().forEach(function (label) {
        var nodes = label.nodes || [label.node];
        if (label.minZoom && map.getZoom() < label.minZoom || !view.contains(label.at)) return;
        for (var n = 0; n < nodes.length; n++) {
          var put = place(label, nodes[n]()), last = n === nodes.length - 1;
          if ((isFree(put.box) && (last || liesWell(label, put.box))) || (last && label.always)) { taken.push(put.box); return; }
          layer.removeLayer(put.marker);
        }
      });
    };
    map.on("moveend zoomend", draw);
    document.addEventListener("gridder:lang", draw);
    return draw;
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

  // ── print: layers move from canvas to SVG, so that paper gets lines and not pixels ──
  gridder.printing = false;
  // size: [width, height] of the map on paper in CSS pixels; fit: shows what the map should hold
  gridder.preparePrint = function (map, size, fit) {
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
      var box = map.getContainer();
      box.style.width = on ? size[0] + "px" : "";
      box.style.height = on ? size[1] + "px" : "";
      map.invalidateSize({ animate: false, pan: false });
      redraw(on);
      fit();
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
    var asked = /[#&]lang=(zh|en)/.exec(window.location.hash);
    gridder.setLang(asked ? asked[1] : gridder.lang());
  });
})();
