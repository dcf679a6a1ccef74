/* The check of a change: what it does to households, contiguity, barriers, compounds, and which rules it breaks. */
"use strict";
(function () {
  var data = gridder.data, plan = data.review, review = gridder.review, buildings = data.buildings;

  // ── words ──
  var say = review.say = function (key, facts) { return gridder.say("review." + key, facts); };
  review.list = function (texts) { return texts.join(say("and")); };
  review.countBuildings = function (rows) {
    return new Set(rows.map(function (b) { return buildings[b][0]; })).size; // ids may be any text
  };
  review.sayRows = function (rows) {
    return say("rows", { buildings: review.countBuildings(rows), households: gridder.number(review.sum(rows)) });
  };
  review.sayWho = function (rows) { return rows.length === 1 ? gridder.page.nameOf(rows[0]) : review.sayRows(rows); };
  var kindsOf = function (pieces) {
    return review.list(review.barriersBetween(pieces).map(function (kind) { return say("barrier_" + kind); }));
  };

  // ── rules a state breaks ──
  // each {line, key, g, weight, facts}: weight grows with the breach, so that what was broken before can be told apart
  var breachesOf = function (of, g) {
    var found = [], judged = review.judge(of, g), no = review.nameOf(g);
    var add = function (line, key, weight, facts, cut) { found.push({ line: line, key: key, g: g, weight: weight, facts: L.extend({ no: no }, facts), cut: cut || [] }); };
    if (judged.gone) add("households", "gone", 1, {});
    else if (judged.outside) {
      var gap = judged.outside === "below" ? plan.low - judged.households : judged.households - plan.high;
      add("households", judged.outside, gap, { n: gridder.number(judged.households), low: plan.low, high: plan.high, gap: gridder.number(gap) });
    }
    if (judged.pieces.length > 1) {
      var loose = review.loosePieces(judged), join = function (pieces) { return [].concat.apply([], pieces); };
      var sizes = { n: judged.pieces.length, list: judged.pieces.map(review.sayRows).join(say("bar")) };
      if (loose.come.length) add("contiguity", "apart", loose.come.length, L.extend({ rows: review.sayWho(join(loose.come)) }, sizes));
      if (loose.cut.length) add("contiguity", "torn", loose.cut.length, L.extend({ cut: review.sayRows(join(loose.cut)) }, sizes), join(loose.cut));
      if (review.barriersBetween(judged.pieces).length) add("barrier", "barred", judged.pieces.length, { kinds: kindsOf(judged.pieces) });
    }
    return found;
  };
  // rules that a state breaks in some grids, or in all that it changes
  review.breaches = function (state, gs) {
    var of = review.gridsOf(state), found = [];
    (gs || review.changed(state)).forEach(function (g) { found = found.concat(breachesOf(of, g)); });
    review.cutBuildings(of).forEach(function (id) {
      if (state.moves.some(function (move) { return buildings[move.b][0] === id; })) found.push({ line: "whole", key: "cut", g: -1, gs: unique(review.rowsOf(id).map(function (b) { return of[b]; })), weight: 1, facts: { id: id, building: buildings[review.rowsOf(id)[0]][2] || id, high: plan.high }, cut: [] });
    });
    state.moves.forEach(function (move) {
      [move.to, review.base[move.b]].forEach(function (g) {
        if (g < 0 || !review.isSpecial(g) || found.some(function (breach) { return breach.line === "special" && breach.g === g; })) return;
        found.push({ line: "special", key: "special", g: g, weight: 1, facts: { no: review.nameOf(g) }, cut: [] });
      });
    });
    return found;
  };
  review.concerns = function (breach, g) { return breach.g === g || (breach.gs || []).indexOf(g) >= 0; };
  review.sayBreach = function (breach) { return say("broken_" + breach.key, breach.facts); };

  // ── the check of rows moved to a grid ──
  var unique = function (values) { return values.filter(function (value, i) { return values.indexOf(value) === i; }); };
  var known = function (before, breach) {
    return before.some(function (old) { return old.key === breach.key && old.g === breach.g && old.facts.id === breach.facts.id && old.weight >= breach.weight; });
  };
  // {rows, to, next, gs, before, after, broken, still, compounds, cut}: what is broken newly, what was so before
  review.check = function (state, rows, to) {
    var of = review.gridsOf(state), moved = rows.filter(function (b) { return of[b] !== to; });
    var next = review.withMoves(state, moved, to), after = review.gridsOf(next);
    var gs = unique(moved.map(function (b) { return of[b]; }).concat(to)).filter(function (g) { return g >= 0; });
    var before = review.breaches(state, gs), all = review.breaches(next, gs);
    var broken = all.filter(function (breach) { return !known(before, breach); });
    gs.forEach(function (g) {
      if (state.locks.indexOf(g) >= 0) broken.push({ line: "lock", key: "lock", g: g, weight: 1, facts: { no: review.nameOf(g) }, cut: [] });
    });
    return {
      rows: moved, to: to, next: next, gs: gs, broken: broken,
      before: gs.map(function (g) { return review.judge(of, g); }), after: gs.map(function (g) { return review.judge(after, g); }),
      still: all.filter(function (breach) { return known(before, breach); }),
      compounds: compoundsCut(of, after, moved),
      cut: unique([].concat.apply([], broken.map(function (breach) { return breach.cut; }))).filter(function (b) { return moved.indexOf(b) < 0; })
    };
  };
  var compoundsCut = function (of, after, rows) {
    return unique(rows.map(function (b) { return plan.compound[b]; })).filter(function (c) { return c >= 0; }).map(function (c) {
      return { name: plan.compounds[c], before: review.gridsOfCompound(of, c), after: review.gridsOfCompound(after, c) };
    }).filter(function (c) { return c.after > c.before; });
  };

  // ── the check in lines: {key, mark, text}, always in the same order; lines that seldom matter only where they do ──
  review.lines = function (check) {
    var broken = function (line) { return check.broken.some(function (breach) { return breach.line === line; }); };
    var still = function (line) { return check.still.some(function (breach) { return breach.line === line; }); };
    var mark = function (line) { return broken(line) ? "bad" : still(line) ? "note" : "ok"; };
    var households = check.gs.map(function (g, i) {
      return say("change", { no: review.nameOf(g), before: gridder.number(check.before[i].households), after: gridder.number(check.after[i].households) });
    });
    var names = review.list(check.after.filter(function (j) { return !j.gone; }).map(function (j) { return review.nameOf(j.g); }));
    var torn = check.after.filter(function (j) { return j.pieces.length > 1; });
    var lines = [
      { key: "households", mark: mark("households"), text: households.join(say("wide_gap")) },
      { key: "contiguity", mark: mark("contiguity"), text: torn.length ? torn.map(sayPieces).join(say("wide_gap")) : say("one_piece", { nos: names }) },
      { key: "barrier", mark: mark("barrier"), text: sayBarriers(check, torn) },
      { key: "compound", mark: check.compounds.length ? "note" : "ok", text: check.compounds.length ? check.compounds.map(sayCompound).join(say("wide_gap")) : say("compound_whole") }
    ];
    ["whole", "lock", "special"].forEach(function (line) {
      var mine = check.broken.concat(check.still).filter(function (breach) { return breach.line === line; });
      if (mine.length) lines.push({ key: line, mark: mark(line), text: mine.map(review.sayBreach).join(" ") });
    });
    return lines;
  };
  var sayPieces = function (judged) {
    return say("pieces", { no: review.nameOf(judged.g), n: judged.pieces.length, list: judged.pieces.map(review.sayRows).join(say("bar")) });
  };
  var sayBarriers = function (check, torn) {
    var barred = torn.filter(function (j) { return review.barriersBetween(j.pieces).length; });
    if (barred.length) return barred.map(function (j) { return say("parted", { no: review.nameOf(j.g), kinds: kindsOf(j.pieces) }); }).join(say("wide_gap"));
    var after = review.gridsOf(check.next);
    return say(check.gs.some(function (g) { return review.usesCrossing(after, g); }) ? "by_crossing" : "no_barrier");
  };
  var sayCompound = function (c) { return say("compound_cut", { name: c.name, before: c.before, after: c.after }); };

  // grids that rows may go to: {g, near, check}: neighbours first, those that break nothing before others
  review.targets = function (state, rows) {
    var of = review.gridsOf(state), beside = review.adjacent(of, rows);
    var from = unique(rows.map(function (b) { return of[b]; }));
    var found = data.grids.map(function (grid, g) { return { g: g, near: beside.indexOf(g) >= 0 }; }).filter(function (target) {
      return !(from.length === 1 && from[0] === target.g);
    });
    found.forEach(function (target) { if (target.near) target.check = review.check(state, rows, target.g); });
    var rank = function (target) { return target.near ? target.check.broken.length : 99; };
    return found.sort(function (a, b) { return rank(a) - rank(b) || a.g - b.g; });
  };
})();
