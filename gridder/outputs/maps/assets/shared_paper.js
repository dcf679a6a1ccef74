/* Paper: its size, and maps that are printed as lines. */
"use strict";
(function () {
  var root = document.documentElement;

  // ── paper: A3 is the same sheet, larger ──
  gridder.setPaper = function (size) {
    var style = document.getElementById("paper") || document.head.appendChild(gridder.make("style"));
    style.id = "paper";
    style.textContent = "@page { size: " + size + " landscape; }" + (size === "A3" ? "@media print { body { zoom: 1.414; } }" : "");
    gridder.all("[data-paper]").forEach(function (choice) { choice.value = size; });
  };

  // ── print: layers move from canvas to SVG, so that paper gets lines and not pixels ──
  gridder.printing = false;
  // size: [width, height] of the map on paper in CSS pixels, or a function that gives them; fit: shows what the map should hold
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
      var box = map.getContainer(), paper = typeof size === "function" ? size() : size;
      box.style.width = on ? paper[0] + "px" : "";
      box.style.height = on ? paper[1] + "px" : "";
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
})();
