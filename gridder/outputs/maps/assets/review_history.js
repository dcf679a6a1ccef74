/* The steps of a review as differences, so that they can be kept beside the work itself: pure facts, no element. */
"use strict";
(function () {
  var data = gridder.data, review = gridder.review;
  var LISTS = ["moves", "locks"], TEXTS = ["verdict", "reviewer"];

  // ── one step: what a state lacks of another; a list differs in one stretch [from where, taken out, put in] ──
  var same = function (a, b) { return a === b || JSON.stringify(a) === JSON.stringify(b); };
  var stretch = function (a, b) {
    var from = 0, left = a.length, right = b.length;
    while (from < left && from < right && same(a[from], b[from])) from++;
    while (left > from && right > from && same(a[left - 1], b[right - 1])) { left--; right--; }
    return [from, a.slice(from, left), b.slice(from, right)];
  };
  var differ = function (a, b) {
    var step = { notes: {} };
    LISTS.forEach(function (name) { step[name] = stretch(a[name], b[name]); });
    TEXTS.forEach(function (name) { if (a[name] !== b[name]) step[name] = [a[name], b[name]]; });
    Object.keys(L.extend({}, a.notes, b.notes)).forEach(function (g) {
      if (!same(a.notes[g], b.notes[g])) step.notes[g] = [a.notes[g] || null, b.notes[g] || null];
    });
    return step;
  };
  var go = function (state, step, back) { // the state before or after a step
    var is = back ? 0 : 1, next = L.extend({}, state, { notes: L.extend({}, state.notes) });
    LISTS.forEach(function (name) {
      var out = step[name][2 - is], put = step[name][1 + is], list = state[name].slice();
      if (!same(list.splice.apply(list, [step[name][0], out.length].concat(put)), out)) throw new Error(name);
      next[name] = list;
    });
    TEXTS.forEach(function (name) { if (step[name]) next[name] = String(step[name][is]); });
    Object.keys(step.notes).forEach(function (g) {
      if (step.notes[g][is]) next.notes[g] = step.notes[g][is]; else delete next.notes[g];
    });
    return next;
  };

  // ── the whole: entries {state, said, whole} before now and after it, the nearest last ──
  review.packHistory = function (past, now, future, depth) {
    var pack = function (entries, back) {
      return entries.map(function (entry, i) {
        var nearer = i + 1 < entries.length ? entries[i + 1].state : now;
        return { step: back ? differ(entry.state, nearer) : differ(nearer, entry.state), said: entry.said, whole: !!entry.whole };
      }).slice(Math.max(0, entries.length - depth));
    };
    return { past: pack(past, true), future: pack(future, false) };
  };
  // {past, future}; of a text that somebody has changed, nothing
  review.unpackHistory = function (packed, now) {
    var unpack = function (entries, back) {
      var state = now;
      return entries.slice().reverse().map(function (entry) {
        state = go(state, entry.step, back);
        if (!fits(state) || !sayable(entry.said)) throw new Error("step");
        return { state: state, said: entry.said, whole: entry.whole };
      }).reverse();
    };
    try { return { past: unpack(packed.past, true), future: unpack(packed.future, false) }; } catch (error) { return { past: [], future: [] }; }
  };
  var isPlace = function (list) { return function (n) { return Math.floor(n) === n && n >= 0 && n < list.length; }; };
  var isRow = isPlace(data.buildings), isGrid = isPlace(data.grids);
  var fits = function (state) {
    return state.moves.every(function (move) { return isRow(move.b) && isGrid(move.to) && typeof move.reason === "string"; }) && state.locks.every(isGrid) &&
      Object.keys(state.notes).every(function (g) { return isGrid(Number(g)) && typeof state.notes[g].text === "string"; });
  };
  var sayable = function (said) {
    return ("review." + said.key) in data.words && (said.rows || []).every(isRow) && (said.g === undefined || isGrid(said.g));
  };
  // what was done, said in the language of the moment: {key, rows, g, …}
  review.sayDone = function (said) {
    var facts = L.extend({}, said), rows = said.rows || [];
    if (rows.length) { facts.rows = review.sayWho(rows); facts.building = gridder.page.nameOf(rows[0]); }
    if (said.g !== undefined) facts.no = review.nameOf(said.g);
    return review.say(said.key, facts);
  };
})();
