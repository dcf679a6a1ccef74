/* edits.json: what a reviewer hands to `gridder regenerate --edits`, written and read back. */
"use strict";
(function () {
  var data = gridder.data, plan = data.review, review = gridder.review, buildings = data.buildings, grids = data.grids;
  var SCHEMA = 1, SHOWN = 6; // ids named in one message

  // ── writing ──
  // the moment a reviewer signs, by the reviewer's clock and with its distance from UTC
  var clock = function (date) {
    var two = function (n) { return (n < 10 ? "0" : "") + n; }, off = -date.getTimezoneOffset();
    return date.getFullYear() + "-" + two(date.getMonth() + 1) + "-" + two(date.getDate()) + "T" + two(date.getHours()) + ":" + two(date.getMinutes()) + ":" +
      two(date.getSeconds()) + (off < 0 ? "-" : "+") + two(Math.floor(Math.abs(off) / 60)) + ":" + two(Math.abs(off) % 60);
  };
  // one entry a building that moves as a whole, else one a unit
  var listEdits = function (state) {
    var of = {}, done = new Set(), edits = []; // ids may be any text
    state.moves.forEach(function (move) { of[move.b] = move.to; });
    state.moves.forEach(function (move) {
      var id = buildings[move.b][0], whole = review.rowsOf(id).every(function (b) { return of[b] === move.to; });
      if (whole && done.has(id)) return;
      done.add(id);
      edits.push({ building_id: id, unit: whole ? null : buildings[move.b][1] || null, to_grid: grids[move.to].code, reason: move.reason });
    });
    return edits;
  };
  review.toFile = function (state, date) {
    return {
      schema: SCHEMA, plan_sha256: plan.plan, reviewer: state.reviewer, signed_at: date ? clock(date) : "", community_id: plan.community, verdict: state.verdict,
      edits: listEdits(state),
      locks: state.locks.map(function (g) { return grids[g].code; }),
      comments: Object.keys(state.notes).map(function (g) {
        var note = state.notes[g];
        return L.extend({ grid_code: grids[g].code, text: note.text }, note.verdict ? { verdict: note.verdict } : {});
      })
    };
  };

  // ── reading: {state} or {trouble: a sentence}; what is wrong is named and nothing is taken over ──
  var fail = function (key, facts) { return { trouble: review.say(key, facts) }; };
  var some = function (names) {
    var more = names.length - SHOWN;
    return review.list(names.slice(0, SHOWN)) + (more > 0 ? review.say("and_more", { n: more }) : "");
  };
  var isText = function (value) { return typeof value === "string"; };
  var isList = function (value) { return value === undefined || Array.isArray(value); };
  var placeOf = {};
  grids.forEach(function (grid, g) { placeOf[grid.code] = g; });
  var gridAt = function (code) { return Object.prototype.hasOwnProperty.call(placeOf, code) ? placeOf[code] : -1; };

  review.fromText = function (text) {
    var tree;
    try { tree = JSON.parse(text.replace(/^\uFEFF/, "")); } catch (error) { return fail("import_unreadable", { why: error.message }); }
    if (!tree || tree.schema !== SCHEMA || !isText(tree.plan_sha256)) return fail("import_schema", { schema: SCHEMA });
    if (![tree.edits, tree.locks, tree.comments].every(isList)) return fail("import_shape");
    if (tree.plan_sha256 !== plan.plan) return fail("import_other_plan", { theirs: tree.plan_sha256.slice(0, 12) || "—", ours: plan.plan.slice(0, 12) || "—" });
    if (tree.community_id !== plan.community) return fail("import_other_community", { theirs: tree.community_id == null ? "—" : String(tree.community_id), ours: plan.community });
    return readTree(tree);
  };
  var rowsOfEdit = function (edit) {
    return review.rowsOf(String(edit.building_id)).filter(function (b) { return !edit.unit || buildings[b][1] === String(edit.unit); });
  };
  var readTree = function (tree) {
    var edits = tree.edits || [], locks = tree.locks || [], comments = tree.comments || [], state = review.blank();
    if (!edits.concat(comments).every(function (entry) { return entry && typeof entry === "object"; })) return fail("import_shape");
    var lost = edits.filter(function (edit) { return !rowsOfEdit(edit).length; }).map(function (edit) { return edit.building_id + (edit.unit ? "#" + edit.unit : ""); });
    var codes = edits.map(function (edit) { return edit.to_grid; }).concat(locks, comments.map(function (comment) { return comment.grid_code; }));
    var strange = codes.filter(function (code, i) { return gridAt(code) < 0 && codes.indexOf(code) === i; });
    if (lost.length) return fail("import_buildings", { n: lost.length, ids: some(lost) });
    if (strange.length) return fail("import_grids", { n: strange.length, ids: some(strange.map(function (code) { return code == null ? "—" : String(code); })) });
    var to = {}, torn = "";
    edits.forEach(function (edit) {
      rowsOfEdit(edit).forEach(function (b) {
        if (b in to && to[b] !== edit.to_grid) torn = edit.building_id;
        if (!(b in to)) state = review.withMoves(state, [b], gridAt(edit.to_grid), isText(edit.reason) ? edit.reason : "");
        to[b] = edit.to_grid;
      });
    });
    if (torn) return fail("import_conflict", { building: torn });
    var known = function (verdict) { return verdict === "accept" || verdict === "reject" ? verdict : ""; };
    comments.forEach(function (comment) {
      state.notes[gridAt(comment.grid_code)] = { text: isText(comment.text) ? comment.text : "", verdict: known(comment.verdict) };
    });
    state.locks = locks.map(gridAt).sort(function (a, b) { return a - b; }).filter(function (g, i, all) { return all.indexOf(g) === i; });
    state.verdict = known(tree.verdict);
    state.reviewer = isText(tree.reviewer) ? tree.reviewer : "";
    return { state: state };
  };
})();
