/* Adjusting grids: the bar over the map, the list of pending changes, keys; quiet until it is used. */
"use strict";
(function () {
  var data = gridder.data, page = gridder.page, review = gridder.review, one = gridder.one, all = gridder.all, make = gridder.make;
  if (!one("#edit-bar")) return;
  var say = review.say, root = document.documentElement, map = window.map_main;

  // ── what was done, said once to everybody ──
  review.tell = function (text, trouble) {
    one("#review-note").hidden = false;
    one("#review-note").className = "review-note" + (trouble ? " bad" : "");
    one("#review-note span").textContent = text;
    one(trouble ? "#said-loud" : "#said").textContent = text;
  };
  var quiet = function () { one("#review-note").hidden = true; one("#said").textContent = one("#said-loud").textContent = ""; };
  one("#review-note button").addEventListener("click", quiet);

  // ── the bar ──
  var sayKept = function () {
    var box = one("#kept");
    box.textContent = review.kept && (!review.isBlank() || review.kept !== "stored") ? say("kept_" + review.kept) : "";
    box.className = "kept" + (review.kept === "stored" ? "" : " bad");
  };
  var showBar = function () {
    one("#undo").disabled = !review.canUndo();
    one("#redo").disabled = !review.canRedo();
    var rows = review.state.moves.map(function (move) { return move.b; });
    one("#pending-count").hidden = !rows.length;
    one("#pending-count").textContent = rows.length ? say("pending_count", { rows: review.sayRows(rows) }) : "";
    all("[data-pending-n]").forEach(function (node) { node.textContent = rows.length ? " " + review.countBuildings(rows) : ""; });
    one("#staffing-stale").hidden = !rows.length;
    one("#print-pending").textContent = rows.length ? say("print_note", { n: review.countBuildings(rows) }) : "";
    sayKept();
  };
  var step = function (done, key) {
    if (!done) return;
    review.tell(say(key, { what: review.sayDone(done) }));
    document.dispatchEvent(new Event("gridder:hand"));
  };
  var undo = function () { step(review.undo(), "undone"); };
  var redo = function () { step(review.redo(), "redone"); };
  one("#undo").addEventListener("click", undo);
  one("#redo").addEventListener("click", redo);
  all("[data-pick]").forEach(function (button) {
    button.addEventListener("click", function () { pickBy(button.getAttribute("data-pick")); });
  });
  var pickBy = function (mode) {
    review.pickBy(mode);
    all("[data-pick]").forEach(function (button) { button.setAttribute("aria-pressed", String(button.getAttribute("data-pick") === mode)); });
  };

  // ── pending changes ──
  var typed = false;
  var showPending = function () {
    if (typed) return;
    var body = one("#pending-rows"), of = review.gridsOf(review.state), breaches = review.breaches(review.state);
    body.textContent = "";
    one("#pending-none").hidden = review.state.moves.length > 0;
    one("#pending-table").hidden = !review.state.moves.length;
    review.state.moves.forEach(function (move) {
      if (review.together(move.b)[0] !== move.b) return; // one line a building
      var rows = review.together(move.b), from = review.base[move.b];
      var wrong = breaches.some(function (breach) { return review.concerns(breach, from) || review.concerns(breach, move.to); });
      var sign = make("b", "sign " + (wrong ? "bad" : "ok"), wrong ? "✕" : "✓");
      sign.setAttribute("role", "img");
      sign.setAttribute("aria-label", say(wrong ? "mark_bad" : "mark_ok"));
      var totals = [from, move.to].filter(function (g) { return g >= 0; }).map(function (g) {
        return say("change", { no: review.nameOf(g), before: gridder.number(data.grids[g].households), after: gridder.number(review.judge(of, g).households) });
      });
      var line = make("tr", "", make("td", "", sign), make("th", "", page.nameOf(move.b)), make("td", "num", gridder.say("households", { n: gridder.number(review.sum(rows)) })),
        make("td", "", (from >= 0 ? review.nameOf(from) : "—") + " → " + review.nameOf(move.to)), make("td", "totals", totals.join(say("wide_gap"))),
        make("td", "reason", reasonOf(move, rows)), make("td", "", takeBack(move, rows)));
      line.children[1].scope = "row";
      body.appendChild(line);
    });
  };
  var reasonOf = function (move, rows) {
    var field = make("input", "");
    field.value = move.reason;
    field.maxLength = 200;
    field.setAttribute("aria-label", say("reason_of", { building: page.nameOf(move.b) }));
    field.placeholder = say("reason");
    field.addEventListener("change", function () {
      var moves = review.state.moves.map(function (other) { return rows.indexOf(other.b) < 0 ? other : L.extend({}, other, { reason: field.value.trim() }); });
      typed = true; // the list stays as it is: its next button may be on its way to being pressed
      review.apply(L.extend({}, review.state, { moves: moves }), { key: "said_reason", rows: rows });
      typed = false;
    });
    return field;
  };
  var takeBack = function (move, rows) {
    var button = make("button", "link", say("take_back"));
    button.type = "button";
    button.setAttribute("aria-label", say("take_back_of", { building: page.nameOf(move.b) }));
    button.addEventListener("click", function () {
      review.apply(review.withMoves(review.state, rows, review.base[move.b]), { key: "taken_back", rows: rows });
      review.tell(review.lastSaid());
      (one("#pending-rows button") || one("#undo")).focus();
    });
    return button;
  };

  // ── the mode; the legend of layers gives way to that of the marks ──
  var unfolded = false;
  var edit = function (on) {
    review.editing = on;
    root.classList.toggle("editing", on);
    one("#edit-bar").hidden = !on;
    one("#pending").classList.toggle("on", on);
    all("[data-edit]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(on));
      button.querySelector("span").textContent = say(on ? "edit_end" : "edit_begin");
    });
    page.membersMax = on ? Infinity : 200;
    map.boxZoom[on ? "disable" : "enable"](); // shift and click take one more building
    pickBy("pick");
    review.hand = [];
    one("#edit-marks").hidden = !on;
    if (on && one(".legend").open) { one(".legend").open = false; unfolded = true; }
    if (!on && unfolded) { one(".legend").open = true; unfolded = false; }
    if (!on && one(".sheet").getAttribute("data-tab") === "pending") page.showTab("grids");
    map.invalidateSize({ animate: false });
    if (page.chosen() < 0) page.fitAll();
    render();
  };
  all("[data-edit]").forEach(function (button) { button.addEventListener("click", function () { edit(!review.editing); }); });

  // ── keys; letters only while grids are adjusted, and not while something is typed ──
  var typing = function (node) { return /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName) && node.type !== "checkbox" && node.type !== "radio"; };
  var LETTERS = {
    m: function () { if (review.hand.length) one("#target").focus(); },
    l: function () { if (page.chosen() >= 0) review.lock(page.chosen()); },
    c: function () { var field = one("#comment-" + page.chosen()); if (field) field.focus(); },
    "?": function () { one("#keys").open = !one("#keys").open; if (one("#keys").open) one("#keys summary").focus(); }
  };
  document.addEventListener("keydown", function (event) {
    var key = event.key.toLowerCase(), control = event.ctrlKey || event.metaKey;
    if (control && !event.altKey && (key === "z" || key === "y") && !typing(event.target)) {
      event.preventDefault();
      if (key === "y" || event.shiftKey) redo(); else undo();
    } else if (event.key === "Escape" && review.editing && review.hand.length) {
      event.preventDefault();
      review.take([], false);
    } else if (review.editing && !control && !event.altKey && LETTERS[key] && !typing(event.target)) {
      event.preventDefault();
      LETTERS[key]();
    }
  }, true);

  // ── show all of it again ──
  var render = function () {
    review.showGrids();
    review.showHand();
    review.showSign();
    showPending();
    showBar();
  };
  document.addEventListener("gridder:review", render);
  document.addEventListener("gridder:hand", function () { if (review.hand.length) quiet(); });
  document.addEventListener("gridder:printed", function () {
    review.showGrids();
    review.showHand();
  });
  document.addEventListener("gridder:signed", function () { review.showSign(); sayKept(); });
  document.addEventListener("gridder:lang", function () {
    all("[data-edit]").forEach(function (button) { button.querySelector("span").textContent = say(review.editing ? "edit_end" : "edit_begin"); });
    quiet();
    render();
  });
  if (window.ResizeObserver) { // the bar may take two lines: furniture and map give way
    new ResizeObserver(function () {
      if (gridder.printing || window.matchMedia("print").matches || !one("#edit-bar").offsetHeight) return;
      one(".chart").style.setProperty("--edit-bar", one("#edit-bar").offsetHeight + "px");
      map.invalidateSize({ animate: false, pan: false });
      if (page.chosen() < 0) page.fitAll();
    }).observe(one("#edit-bar"));
  }
  review.recall();
  if (!review.isBlank()) document.addEventListener("DOMContentLoaded", function () { if (review.state.moves.length) edit(true); review.tell(say("recalled")); });
})();
