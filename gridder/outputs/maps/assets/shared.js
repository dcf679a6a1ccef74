/* Shared by all pages: facts, language, elements, styles of map layers. Plain JavaScript, no library but Leaflet. Text
   from the data reaches the page through textContent alone. */
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
  });
})();
