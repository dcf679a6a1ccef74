/* The district page: totals, notes and findings. */
"use strict";
(function () {
  var district = gridder.district, facts = gridder.data.facts, rows = gridder.data.rows, make = gridder.make, say = gridder.say;
  var number = district.number, sum = district.sum, known = district.known, percent = district.percent, needsLook = district.needsLook;

  // ── totals ──
  var NAMED = 2; // communities without a price that are named; the fold below the table names all
  function sayCost(live) {
    var lacking = live.filter(function (row) { return row.cost == null; });
    if (!lacking.length) return say("total_cost_note");
    return say(lacking.length > NAMED ? "total_cost_part_many" : "total_cost_part", {
      names: lacking.slice(0, NAMED).map(function (row) { return row.name; }).join(say("list_joiner")), n: number(lacking.length)
    });
  }
  district.drawTotals = function () {
    var live = rows.filter(function (row) { return row.status !== "empty"; });
    var look = rows.filter(needsLook).length, grids = facts.grids;
    var all = sum(rows, "grids"), withStaff = known(rows, "present");
    var posts = known(rows, "posts"), unknown = !withStaff.length;
    var judged = grids.lawful + grids.exception;
    var gapNote = unknown ? say("total_gap_unknown")
      : withStaff.length < rows.length
        ? say("total_gap_part", { known: number(withStaff.length), present: number(sum(rows, "present")) })
        : say("total_gap_note", { present: number(sum(rows, "present")), years: facts.years });
    var cells = [
      ["total_communities", number(rows.length), say("total_communities_note",
        { lawful: live.length - look, look: look, empty: rows.length - live.length })],
      ["total_households", number(sum(rows, "households")),
        say("total_households_note", { low: number(facts.low), high: number(facts.high) }), gridder.text(facts.clause)],
      ["total_grids", number(all), say("total_grids_note", {
        lawful: number(grids.lawful), exceptions: number(grids.exception),
        share: judged ? percent(grids.lawful / judged) : "—"
      }) + (grids.special ? say("total_grids_special", { special: number(grids.special) }) : "")],
      ["total_workers", number(sum(rows, "workers")) + " / " + number(sum(rows, "police")), say("total_workers_note")],
      ["total_posts", posts.length ? district.band(sum(rows, "posts_min"), sum(rows, "posts_max")) : "—",
        say("total_posts_note", { advised: number(sum(rows, "posts")) }) +
        (facts.cap == null ? "" : say("total_posts_cap", { cap: number(facts.cap) }))],
      ["total_gap", unknown ? "—" : say("total_gap_value", { n: number(sum(rows, "gap")) }), gapNote]
    ];
    var priced = known(rows, "cost");
    if (priced.length) cells.push(["total_cost", say("money", { n: district.amount(sum(priced, "cost")) }), sayCost(live)]);
    var node = gridder.one("#totals");
    node.textContent = "";
    cells.forEach(function (cell) {
      node.appendChild(make("div", "total", make("p", "total-name", say(cell[0])), make("p", "total-value", cell[1]),
        make("p", "total-note", cell[2], cell[3] ? " " : null, cell[3] ? make("span", "clause", cell[3]) : null)));
    });
  };

  // ── how the columns are reckoned, and what was noticed about the data ──
  function listNotes() {
    var notes = [["note_lawful"]];
    if (known(rows, "distance").length) notes.push(["note_distance"]);
    if (rows.some(function (row) { return row.fixed_k && row.distance != null; })) notes.push(["note_fixed"]);
    if (known(rows, "round_min").length) notes.push(["note_round"]);
    if (known(rows, "gap").length) {
      notes.push([facts.ungiven ? "note_gap_cap" : "note_gap",
        { clause: gridder.text(facts.gap_clause), cap: number(facts.cap), n: number(facts.ungiven) }]);
    }
    return notes.concat(listCostNotes());
  }
  function listCostNotes() {
    if (!known(rows, "cost").length) return [];
    var lines = {}, notes = [["note_cost"]];
    known(rows, "cost").forEach(function (row) { row.cost_without.forEach(function (line) { lines[line] = true; }); });
    var left = Object.keys(lines).map(function (line) { return say("line_" + line); });
    if (left.length) notes.push(["note_cost_without", { lines: left.join(say("list_joiner")) }]);
    ["no_posts", "no_lawful"].forEach(function (why) {
      var names = rows.filter(function (row) { return row.unpriced === why; }).map(function (row) { return row.name; });
      if (names.length) notes.push(["note_unpriced_" + why, { names: names.join(say("list_joiner")) }]);
    });
    return notes;
  }
  function drawNotes() {
    var node = gridder.one("#notes");
    node.textContent = "";
    listNotes().forEach(function (note) { node.appendChild(make("li", "", say(note[0], note[1]))); });
  }
  district.drawFindings = function () {
    drawNotes();
    var lost = facts.quarantine, list = gridder.data.findings.slice(), node = gridder.one("#findings");
    if (lost.rows) {
      var key = lost.unknown ? "findings_quarantine_unknown" : "findings_quarantine";
      list.unshift({ level: "problem", text: say(key, {
        rows: number(lost.rows), households: number(lost.households), unknown: number(lost.unknown)
      }) });
    }
    var summary = node.querySelector("summary"), items = gridder.one("#said");
    summary.textContent = items.textContent = "";
    [make("span", "findings-name", say("findings")), make("span", "findings-count", say(list.length ? "findings_count" : "findings_none", { n: number(list.length) }))]
      .forEach(function (part) { summary.appendChild(part); });
    var sign = { problem: "▲", warning: "!", note: "–" };
    list.forEach(function (finding) {
      items.appendChild(make("li", "level-" + finding.level,
        make("span", "level", sign[finding.level] + " " + say("level_" + finding.level)),
        make("span", "finding", gridder.text(finding.text))));
    });
  };
})();
