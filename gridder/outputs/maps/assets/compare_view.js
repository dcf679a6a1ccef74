/* The page of two plans: one community or all, side by side or one over the other; paper. */
"use strict";
(function () {
  var compare = gridder.compare, state = compare.state, charts = compare.charts, SIDES = compare.SIDES, data = gridder.data;
  var page = gridder.one(".compare"), fit = compare.fit, started = false;
  var PAPER_WIDTH = 514, PAPER_HEIGHT = [300, 500]; // each map on A4 landscape, CSS pixels; as high as its ground asks for

  // ── swipe: the new map over the old one, cut at the divide ──
  var divide = gridder.one("#divide");
  function cutAt(share) {
    share = Math.max(0, Math.min(100, share));
    page.style.setProperty("--cut", share + "%");
    divide.setAttribute("aria-valuenow", String(Math.round(share)));
  }
  divide.addEventListener("pointerdown", function (event) { divide.setPointerCapture(event.pointerId); event.preventDefault(); divide.focus(); });
  divide.addEventListener("pointermove", function (event) {
    if (!divide.hasPointerCapture(event.pointerId)) return;
    var box = gridder.one("#maps").getBoundingClientRect();
    cutAt((event.clientX - box.left) / box.width * 100);
  });
  divide.addEventListener("keydown", function (event) {
    var step = { ArrowLeft: -2, ArrowRight: 2, Home: -100, End: 100 }[event.key];
    if (step) { cutAt(Number(divide.getAttribute("aria-valuenow")) + step); event.preventDefault(); }
  });
  function setMode(mode) {
    state.mode = mode;
    page.setAttribute("data-mode", mode);
    compare.drawHead();
    fit();
  }

  // ── together ──
  function setScope(scope) {
    state.scope = scope in compare.scopes ? scope : "";
    state.chosen = null;
    compare.clearPointer();
    compare.draw();
    fit();
  }

  cutAt(50);
  if (window.innerWidth < 768) state.mode = "swipe";
  page.setAttribute("data-mode", state.mode);
  state.scope = data.scopes.length === 2 ? data.scopes[1].id : "";
  document.addEventListener("gridder:lang", function () {
    compare.draw();
    if (!started) { started = true; fit(); }
  });
  gridder.one("#scope").addEventListener("change", function () { setScope(this.value); });
  gridder.one("#look").addEventListener("click", function () { state.look = true; compare.drawHistory(); });
  gridder.one("#all").addEventListener("click", function () { state.look = false; compare.drawHistory(); });
  gridder.all("[data-mode-of]").forEach(function (button) {
    button.addEventListener("click", function () { setMode(button.getAttribute("data-mode-of")); });
  });
  gridder.one("#zoom-in").addEventListener("click", function () { charts.old.zoomIn(0.5); });
  gridder.one("#zoom-out").addEventListener("click", function () { charts.old.zoomOut(0.5); });
  gridder.one("#zoom-fit").addEventListener("click", fit);
  function paperSize() {
    var bounds = L.latLngBounds(compare.scopes[state.scope].bounds), chart = charts.old;
    var a = chart.project(bounds.getSouthWest(), 18), b = chart.project(bounds.getNorthEast(), 18);
    var height = Math.round(PAPER_WIDTH * Math.abs(b.y - a.y) / Math.max(1, Math.abs(b.x - a.x)));
    height = Math.max(PAPER_HEIGHT[0], Math.min(PAPER_HEIGHT[1], height));
    page.style.setProperty("--paper-map", height + 16 + "px");
    return [PAPER_WIDTH, height];
  }
  SIDES.forEach(function (side) { gridder.preparePrint(charts[side], paperSize, fit); });
  window.addEventListener("resize", fit);
})();
