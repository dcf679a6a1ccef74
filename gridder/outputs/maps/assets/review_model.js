/* What a reviewer has changed, and what follows from it: pure facts, no element of the page.
   A state is {moves: [{b, to, reason}], locks: [g], notes: {g: {text, verdict}}, verdict, reviewer}; it is never changed,
   only replaced. Buildings and grids are named by their places in the data. */
"use strict";
(function () {
  var data = gridder.data, plan = data.review, review = gridder.review = {};
  var buildings = data.buildings, grids = data.grids;

  // ── the plan's adjacency ──
  var near = buildings.map(function () { return []; });
  var join = function (lists, a, b) { lists[a].push(b); lists[b].push(a); };
  plan.near.forEach(function (steps, a) { steps.forEach(function (step) { join(near, a, a + step); }); });
  var pairsOf = function (flat) {
    var pairs = [];
    for (var i = 0; i < flat.length; i += 2) pairs.push([flat[i], flat[i + 1]]);
    return pairs;
  };
  var crossings = pairsOf(plan.crossings), barred = {};
  Object.keys(plan.barred).forEach(function (kind) { barred[kind] = pairsOf(plan.barred[kind]); });

  // rows of one building that the plan does not cut: they move together
  var ofBuilding = Object.create(null); // ids may be any text
  buildings.forEach(function (row, b) { (ofBuilding[row[0]] = ofBuilding[row[0]] || []).push(b); });
  var sum = function (members) { return members.reduce(function (n, b) { return n + (buildings[b][3] || 0); }, 0); };
  var mayBeCut = function (id) { return sum(ofBuilding[id]) > plan.high; };
  review.rowsOf = function (id) { return ofBuilding[id] || []; };
  review.together = function (b) { return mayBeCut(buildings[b][0]) ? [b] : ofBuilding[buildings[b][0]]; };
  review.sum = sum;

  // ── grids ──
  review.blank = function () { return { moves: [], locks: [], notes: {}, verdict: "", reviewer: "" }; };
  review.state = review.blank();
  review.shown = function () { return gridder.printing ? review.blank() : review.state; }; // paper shows the plan as it is
  review.base = buildings.map(function (row) { return row[4]; });
  review.gridsOf = function (state) {
    var of = review.base.slice();
    state.moves.forEach(function (move) { of[move.b] = move.to; });
    return of;
  };
  review.withMoves = function (state, rows, to, reason) {
    var inHand = {};
    rows.forEach(function (b) { inHand[b] = true; });
    var kept = state.moves.filter(function (move) { return !inHand[move.b]; });
    var fresh = rows.filter(function (b) { return review.base[b] !== to; }).map(function (b) { return { b: b, to: to, reason: reason || "" }; });
    return L.extend({}, state, { moves: kept.concat(fresh) });
  };
  review.membersOf = function (of, g) {
    var members = [];
    for (var b = 0; b < of.length; b++) if (of[b] === g) members.push(b);
    return members;
  };
  review.isSpecial = function (g) { return grids[g].status === "special"; };
  review.nameOf = function (g) { return grids[g].no; };

  // pieces of a grid, the one with most households first
  review.piecesOf = function (of, g) {
    var members = review.membersOf(of, g), seen = {}, pieces = [];
    members.forEach(function (start) {
      if (seen[start]) return;
      var piece = [], stack = [start];
      seen[start] = true;
      while (stack.length) {
        var at = stack.pop();
        piece.push(at);
        near[at].forEach(function (b) { if (of[b] === g && !seen[b]) { seen[b] = true; stack.push(b); } });
      }
      pieces.push(piece.sort(function (a, b) { return a - b; }));
    });
    return pieces.sort(function (a, b) { return sum(b) - sum(a) || b.length - a.length || a[0] - b[0]; });
  };
  // pieces besides the one that stays: those that come from elsewhere and touch nothing, and those cut off
  review.loosePieces = function (judged) {
    var own = function (piece) { return piece.some(function (b) { return review.base[b] === judged.g; }); };
    var stays = judged.pieces.filter(own)[0] || judged.pieces[0];
    var rest = judged.pieces.filter(function (piece) { return piece !== stays; });
    return { come: rest.filter(function (piece) { return !own(piece); }), cut: rest.filter(own) };
  };
  // kinds of barriers that stand between the pieces of one grid
  review.barriersBetween = function (pieces) {
    var piece = {};
    pieces.forEach(function (members, p) { members.forEach(function (b) { piece[b] = p; }); });
    return Object.keys(barred).filter(function (kind) {
      return barred[kind].some(function (pair) { return pair[0] in piece && pair[1] in piece && piece[pair[0]] !== piece[pair[1]]; });
    });
  };
  // whether a bridge or underpass joins two buildings of one grid
  review.usesCrossing = function (of, g) {
    return crossings.some(function (pair) { return of[pair[0]] === g && of[pair[1]] === g; });
  };
  // grids next to some buildings, that these may share: over an edge that can be passed
  review.adjacent = function (of, rows) {
    var inHand = {}, found = {};
    rows.forEach(function (b) { inHand[b] = true; });
    rows.forEach(function (b) { near[b].forEach(function (other) { if (!inHand[other] && of[other] >= 0) found[of[other]] = true; }); });
    return Object.keys(found).map(Number);
  };

  // ── what is not as the rules want it ──
  review.outside = function (households) { return households < plan.low ? "below" : households > plan.high ? "above" : ""; };
  // {households, pieces, outside, gone, lawful} of a grid
  review.judge = function (of, g) {
    var members = review.membersOf(of, g), households = sum(members), special = review.isSpecial(g);
    var pieces = review.piecesOf(of, g), gone = !members.length && review.base.indexOf(g) >= 0;
    var outside = special ? "" : review.outside(households);
    return { g: g, buildings: review.countBuildings(members), households: households, pieces: pieces, gone: gone, outside: outside, lawful: !gone && !outside && pieces.length < 2 };
  };
  review.changed = function (state) { // grids that gain or lose a building
    var found = {};
    state.moves.forEach(function (move) { found[move.to] = found[review.base[move.b]] = true; });
    return Object.keys(found).map(Number).filter(function (g) { return g >= 0; }).sort(function (a, b) { return a - b; });
  };
  review.cutBuildings = function (of) { // buildings in two grids that the rules keep whole
    return Object.keys(ofBuilding).filter(function (id) {
      return ofBuilding[id].some(function (b) { return of[b] !== of[ofBuilding[id][0]]; }) && !mayBeCut(id);
    });
  };
  review.gridsOfCompound = function (of, name) {
    var found = {};
    plan.compound.forEach(function (c, b) { if (c === name && of[b] >= 0) found[of[b]] = true; });
    return Object.keys(found).length;
  };
})();
