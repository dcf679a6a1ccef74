/* The work of a reviewer: one state after the other, undone and done again, and kept in this browser with its steps. */
"use strict";
(function () {
  var plan = gridder.data.review, review = gridder.review;
  var KEY = "gridder:" + plan.plan + ":" + plan.community, DEPTH = 100;
  var past = [], future = [];

  // ── kept in the browser; where that is refused or full, review.kept says so ──
  review.kept = ""; // "", "stored", "blocked" or "full"
  var store = function () {
    var steps = past.length + future.length, last = past.length ? past[past.length - 1].said.key : "";
    var blank = isBlank(review.state) && (!steps || last === "cleared"); // what is cleared leaves nothing behind
    var file = review.toFile(review.state), now = review.fromText(JSON.stringify(file)).state; // as it will be read back
    review.kept = "full";
    for (var depth = DEPTH; review.kept === "full"; depth = Math.floor(depth / 2)) {
      try {
        if (blank) localStorage.removeItem(KEY);
        else localStorage.setItem(KEY, JSON.stringify(L.extend({}, file, { history: review.packHistory(past, now, future, depth) })));
        review.kept = blank ? "" : "stored";
      } catch (error) { // storage may be switched off, or full: the oldest steps go first; the work goes on, and the page says what is not kept
        if (!(error && /quota/i.test(error.name))) review.kept = "blocked";
        else if (!depth) return;
      }
    }
  };
  var isBlank = function (state) {
    return !state.moves.length && !state.locks.length && !Object.keys(state.notes).length && !state.verdict && !state.reviewer;
  };
  review.isBlank = function () { return isBlank(review.state); };
  // the same page in another window: its work is this one's, where it can be read
  window.addEventListener("storage", function (event) {
    if (event.key !== KEY || (event.newValue && !review.fromText(event.newValue).state)) return;
    review.state = review.blank();
    past = [];
    future = [];
    review.recall();
    document.dispatchEvent(new Event("gridder:review"));
  });
  // what was kept: its state, or nothing; a kept text that cannot be read is left where it is
  review.recall = function () {
    var text = null;
    try { text = localStorage.getItem(KEY); } catch (error) { review.kept = "blocked"; }
    if (!text) return;
    var read = review.fromText(text);
    if (!read.state) return;
    var steps = review.unpackHistory(JSON.parse(text).history, read.state);
    review.state = read.state;
    review.kept = "stored";
    past = steps.past;
    future = steps.future;
  };

  // ── history ──
  var tell = function () {
    store();
    document.dispatchEvent(new Event("gridder:review"));
  };
  // take a state in; said: what was done, as review.sayDone says it;
  // whole: name and verdict of the reviewer are part of it, else they stay as they are when it is undone
  review.apply = function (next, said, whole) {
    past.push({ state: review.state, said: said, whole: whole });
    if (past.length > DEPTH) past.shift();
    future = [];
    review.state = next;
    tell();
  };
  // what is typed as it goes (a name): kept, but no step to undo
  review.note = function (changes) { review.state = L.extend({}, review.state, changes); store(); document.dispatchEvent(new Event("gridder:signed")); };
  var step = function (from, to) {
    if (!from.length) return null;
    var last = from.pop(), now = review.state;
    to.push({ state: now, said: last.said, whole: last.whole });
    review.state = last.whole ? last.state : L.extend({}, last.state, { reviewer: now.reviewer, verdict: now.verdict });
    tell();
    return last.said;
  };
  review.undo = function () { return step(past, future); };
  review.redo = function () { return step(future, past); };
  review.lastSaid = function () { return past.length ? review.sayDone(past[past.length - 1].said) : ""; };
  review.canUndo = function () { return past.length > 0; };
  review.canRedo = function () { return future.length > 0; };
})();
