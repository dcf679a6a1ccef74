/* The table of grids under review: new totals beside the old, marks of the review, and what a reviewer says of a grid. */
"use strict";
(function () {
  var data = gridder.data, plan = data.review, page = gridder.page, review = gridder.review, one = gridder.one, all = gridder.all, make = gridder.make;
  var say = review.say, top = Number((one("table.grids") || document.body).getAttribute("data-top")) || 1;
  var judged = {}, broken = {}, changed = [];

  // ── what the changes make of each grid ──
  var work = function () {
    var state = review.shown(), of = review.gridsOf(state), breaches = review.breaches(state);
    changed = review.changed(state);
    judged = {};
    broken = {};
    changed.forEach(function (g) {
      judged[g] = review.judge(of, g);
      broken[g] = breaches.filter(function (breach) { return review.concerns(breach, g); });
    });
    now = of;
  };
  var now = review.base;
  page.gridOf = function (b) { return now[b]; };
  page.householdsOf = function (g) { return judged[g] ? judged[g].households : data.grids[g].households; };
  page.needsLook = function (g) { return judged[g] ? broken[g].length > 0 : data.grids[g].status === "exception"; };
  page.filters.changed = function (g) { return changed.indexOf(g) >= 0; };

  // ── one row ──
  var kept = {}; // what the page said at first: cells of a row as they were
  var part = function (g, selector) { return page.rows[g].querySelector(".row " + selector); };
  var remember = function (g) {
    if (kept[g]) return;
    kept[g] = {};
    [".count", ".window", ".state", ".round", ".buildings", ".brief"].forEach(function (cell) { kept[g][cell] = Array.prototype.slice.call(part(g, cell).childNodes); });
  };
  var put = function (g, cell, nodes) {
    var box = part(g, cell);
    box.textContent = "";
    nodes.forEach(function (node) { box.appendChild(node); });
  };
  var status = function (g) {
    var worst = broken[g][0];
    if (!worst) return make("span", "status lawful", "✓ ", say("status_lawful"));
    return make("span", "status exception", worst.key === "below" || worst.key === "above" ? "▲ " : "✕ ", say("status_" + worst.key));
  };
  var showRow = function (g) {
    var is = judged[g], body = page.rows[g];
    body.classList.toggle("pending", !!is);
    remember(g);
    if (!is) {
      Object.keys(kept[g]).forEach(function (cell) { put(g, cell, kept[g][cell]); });
      return;
    }
    var old = data.grids[g].households, bar = kept[g][".window"][0].cloneNode(true), value = bar.querySelector && bar.querySelector(".value");
    put(g, ".count", [make("s", "was", gridder.number(old)), make("span", "hidden", say("becomes")), make("b", "now", gridder.number(is.households))]);
    if (value) {
      value.style.width = (100 * Math.min(is.households, top) / top).toFixed(2) + "%";
      value.className = "value" + (is.outside ? " out" : "");
      var tick = make("i", "was");
      tick.style.left = (100 * Math.min(old, top) / top).toFixed(2) + "%";
      bar.appendChild(tick);
      put(g, ".window", [bar]);
    }
    put(g, ".buildings", [document.createTextNode(gridder.number(is.buildings))]);
    put(g, ".brief", [make("span", "", say("brief_recomputed", { n: gridder.number(is.buildings) }))]);
    put(g, ".round", [make("span", "stale", say("recomputed"))]);
    put(g, ".state", review.isSpecial(g) && !broken[g].length ? kept[g][".state"] : [status(g)]);
  };
  var showMark = function (g) {
    var note = review.state.notes[g] || {}, cell = part(g, ".review"), verdict = note.verdict || "none";
    cell.textContent = "";
    var sign = { accept: "✓", reject: "✕", none: "–" }[verdict];
    var last = plan.earlier[g], again = verdict === "none" && last === "reject"; // sent back last time, and not yet looked at again
    cell.appendChild(make("span", "mark " + verdict, make("span", "", again ? "↩" : sign), make("span", "hidden", say(again ? "verdict_again" : "verdict_" + verdict))));
    cell.querySelector(".mark span").setAttribute("aria-hidden", "true");
    if (note.text) cell.appendChild(make("span", "speech", make("span", "hidden", say("has_comment"))));
    if (review.state.locks.indexOf(g) >= 0) cell.appendChild(make("i", "padlock", make("span", "hidden", say("is_locked"))));
  };

  // ── what unfolds under a row: the broken rules, the review, the buildings with a box each ──
  // made once a grid and brought up to date in place: a button must not go away between pressing and letting go
  var tools = function (g) {
    var box = page.rows[g].querySelector(".reviewing"), note = review.state.notes[g] || { text: "", verdict: "" }, locked = review.state.locks.indexOf(g) >= 0;
    if (!box.firstChild) build(g, box);
    var told = box.querySelector(".told"), field = box.querySelector("textarea");
    told.textContent = "";
    if (judged[g]) told.appendChild(make("p", "stale-note", say("recomputed_note")));
    (broken[g] || []).forEach(function (breach) { told.appendChild(make("p", "broken", "✕ " + review.sayBreach(breach) + " ", review.tag(breach.line))); });
    var set = function (tool, text, pressed) {
      var button = box.querySelector('[data-tool="' + tool + '"]');
      button.textContent = text;
      button.setAttribute("aria-pressed", String(pressed));
    };
    ["accept", "reject"].forEach(function (verdict) { set(verdict, say("grid_" + verdict), note.verdict === verdict); });
    set("lock", say("lock"), locked);
    box.querySelector(".review-tools").setAttribute("aria-label", say("review_of", { no: review.nameOf(g) }));
    box.querySelector("label").textContent = say("comment");
    if (field !== document.activeElement) field.value = note.text;
  };
  var build = function (g, box) {
    var line = make("div", "review-tools"), field = make("textarea", ""), label = make("label", "");
    line.setAttribute("role", "group");
    var press = function (tool, act) {
      var button = make("button", "button");
      button.type = "button";
      button.setAttribute("data-tool", tool);
      button.addEventListener("click", act);
      line.appendChild(button);
    };
    ["accept", "reject"].forEach(function (verdict) {
      press(verdict, function () { setNote(g, { verdict: (review.state.notes[g] || {}).verdict === verdict ? "" : verdict }); });
    });
    press("lock", function () { review.lock(g); });
    field.id = label.htmlFor = "comment-" + g;
    field.rows = 2;
    field.maxLength = 1000;
    field.addEventListener("change", function () { setNote(g, { text: field.value.trim() }); });
    [make("div", "told"), line, label, field].forEach(function (node) { box.appendChild(node); });
  };
  var setNote = function (g, change) {
    var notes = L.extend({}, review.state.notes), note = L.extend({ text: "", verdict: "" }, notes[g], change);
    if (note.text || note.verdict) notes[g] = note;
    else delete notes[g];
    review.apply(L.extend({}, review.state, { notes: notes }), { key: "text" in change ? "said_comment" : note.verdict ? "said_" + note.verdict : "said_none", g: g });
    review.tell(review.lastSaid());
  };
  review.lock = function (g) {
    var locks = review.state.locks, on = locks.indexOf(g) < 0;
    var next = on ? locks.concat(g).sort(function (a, b) { return a - b; }) : locks.filter(function (other) { return other !== g; });
    review.apply(L.extend({}, review.state, { locks: next }), { key: on ? "said_locked" : "said_unlocked", g: g });
    review.tell(review.lastSaid());
  };
  var plainRow = page.memberRow;
  page.memberRow = function (b) {
    var item = plainRow(b);
    if (review.state.moves.some(function (move) { return move.b === b; })) item.classList.add("moved");
    if (!review.editing) return item;
    var box = make("input", "pick"), label = make("label", "who");
    box.type = "checkbox";
    box.checked = review.hand.indexOf(b) >= 0;
    box.setAttribute("data-b", b);
    box.addEventListener("change", function () { review.take([b], true); });
    label.appendChild(box);
    label.appendChild(document.createTextNode(page.nameOf(b)));
    item.replaceChild(label, item.querySelector(".who"));
    return item;
  };
  page.opened = function (g) { tools(g); };
  // boxes by key: arrows go from one to the next, with Shift they take it; Ctrl+A takes all of the grid
  document.addEventListener("keydown", function (event) {
    if (!event.target.matches || !event.target.matches(".members input.pick")) return;
    var boxes = all("input.pick", event.target.closest(".members")), at = boxes.indexOf(event.target), every = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a";
    var next = boxes[at + (event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : NaN)];
    var rowOf = function (box) { return Number(box.getAttribute("data-b")); };
    if (!every && !/^Arrow(Up|Down)$/.test(event.key)) return;
    event.preventDefault();
    var wanted = every ? boxes : event.shiftKey && next ? [event.target, next] : [];
    wanted = wanted.map(rowOf).filter(function (b) { return every || review.hand.indexOf(b) < 0; });
    if (wanted.length) review.take(wanted, true);
    if (next) next.focus();
  });

  // ── all rows, and what the sheet as a whole comes to ──
  var sayTotals = function () {
    var planned = data.grids.map(function (grid, g) { return g; }).filter(function (g) { return !review.isSpecial(g) && !(judged[g] && judged[g].gone); });
    var look = planned.filter(page.needsLook);
    var facts = { k: planned.length, lawful: planned.length - look.length, look: look.length, n: review.countBuildings(review.state.moves.map(function (move) { return move.b; })) };
    facts.households = gridder.number(review.sum(review.state.moves.map(function (move) { return move.b; })));
    facts.total = gridder.number(data.grids.reduce(function (n, grid, g) { return n + page.householdsOf(g); }, 0));
    return say(look.length ? "totals_look" : "totals", facts);
  };
  var showFilter = function () {
    var counts = { all: data.grids.length, look: data.grids.filter(function (grid, g) { return page.needsLook(g); }).length, changed: changed.length };
    all("[data-filter]").forEach(function (button) {
      var name = button.getAttribute("data-filter");
      button.textContent = name === "changed" ? say("filter_changed", { n: counts.changed }) : gridder.say("filter_" + name, { n: counts[name] });
      if (name === "changed") button.hidden = !counts.changed;
    });
    if (one(".filter")) one(".filter").hidden = !counts.look && !counts.changed;
    if (!counts[page.filtered()]) page.setFilter("all");
  };
  review.showGrids = function () {
    work();
    Object.keys(page.rows).forEach(function (g) { showRow(Number(g)); showMark(Number(g)); });
    if (page.chosen() >= 0) { page.fillMembers(page.chosen()); tools(page.chosen()); }
    review.paint();
    showFilter();
    page.setFilter(page.filtered()); // draws all of it in the new colours
    var live = one("#live-totals");
    if (live) { live.hidden = !changed.length; live.textContent = changed.length ? sayTotals() : ""; }
  };
  document.addEventListener("gridder:hand", function () {
    all(".members input.pick").forEach(function (box) { box.checked = review.hand.indexOf(Number(box.getAttribute("data-b"))) >= 0; });
  });
})();
