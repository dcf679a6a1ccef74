/* The end of a review: progress, name and verdict, what is still open, the file that is handed on, and reading one in. */
"use strict";
(function () {
  var data = gridder.data, plan = data.review, review = gridder.review, page = gridder.page, one = gridder.one, all = gridder.all, make = gridder.make;
  if (!one("#sign")) return;
  var say = review.say;

  // ── what is still open; signing stays possible with open items, and lists them ──
  var openItems = function () {
    var state = review.state, changed = review.changed(state), note = function (g) { return state.notes[g] || {}; };
    var items = review.breaches(state).map(function (breach) { return "✕ " + review.sayBreach(breach); });
    var tell = function (key, which) {
      var gs = data.grids.map(function (grid, g) { return g; }).filter(which);
      if (gs.length) items.push(say(key, { n: gs.length, nos: some(gs) }));
    };
    tell("open_unlawful", function (g) { return changed.indexOf(g) < 0 && page.needsLook(g); });
    tell(state.verdict === "accept" ? "open_rejected" : "open_sent_back", function (g) { return note(g).verdict === "reject"; });
    tell("open_comments", function (g) { return note(g).text; });
    tell("open_unseen", function (g) { return !note(g).verdict; });
    return items;
  };
  var some = function (gs) { return review.list(gs.slice(0, 12).map(review.nameOf)) + (gs.length > 12 ? say("and_more", { n: gs.length - 12 }) : ""); };
  review.showSign = function () {
    var seen = data.grids.filter(function (grid, g) { return (review.state.notes[g] || {}).verdict; }).length;
    one("#seen").textContent = say("progress", { n: seen, of: data.grids.length });
    one("#progress").value = seen;
    one("#progress").setAttribute("aria-label", say("progress", { n: seen, of: data.grids.length }));
    if (document.activeElement !== one("#reviewer")) one("#reviewer").value = review.state.reviewer;
    all('input[name="verdict"]').forEach(function (box) { box.checked = box.value === review.state.verdict; });
    var list = one("#open-items"), items = openItems();
    list.textContent = "";
    items.forEach(function (item) { list.appendChild(make("li", "", item)); });
    one("#open-head").hidden = !items.length;
    one("#clear").disabled = review.isBlank();
  };
  review.openSign = function (open) {
    one("#sign").hidden = !open;
    one("#sign-open").setAttribute("aria-expanded", String(open));
    one("#grids").classList.toggle("signing", open);
    if (!open) return;
    review.take([], false); // form and check have no room beside the table: one at a time
    page.showTab("grids");
    one("#keys").open = false;
    one("#reviewer").focus();
    one("#sign").parentNode.scrollIntoView({ block: "end" }); // on a phone the form is taller than what is left of the window
  };
  document.addEventListener("gridder:hand", function () { if (review.hand.length && !one("#sign").hidden) review.openSign(false); });
  one("#sign-open").addEventListener("click", function () { review.openSign(one("#sign").hidden); });
  one("#sign-close").addEventListener("click", function () { review.openSign(false); one("#sign-open").focus(); });
  one("#reviewer").addEventListener("input", function (event) { review.note({ reviewer: event.target.value }); });
  all('input[name="verdict"]').forEach(function (box) {
    box.addEventListener("change", function () { review.note({ verdict: box.value }); });
  });

  // ── the file ──
  review.exportFile = function () {
    var missing = !review.state.reviewer.trim() ? "#reviewer" : !review.state.verdict ? 'input[name="verdict"]' : "";
    if (missing) {
      review.openSign(true);
      review.tell(say(missing === "#reviewer" ? "name_missing" : "verdict_missing"), true);
      one(missing).focus();
      return;
    }
    var text = JSON.stringify(review.toFile(review.state, new Date()), null, 1) + "\n";
    var link = make("a", "");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = "edits-" + plan.file + ".json";
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
    review.tell(say("exported", { file: link.download }));
  };
  one("#sign").addEventListener("submit", function (event) { event.preventDefault(); review.exportFile(); });

  var readFile = function (file) {
    var reader = new FileReader();
    reader.onload = function () {
      var text;
      try { text = new TextDecoder("utf-8", { fatal: true }).decode(reader.result); } catch (error) { refuse(file.name, say("import_encoding")); return; }
      takeText(text, file.name);
    };
    reader.onerror = function () { review.tell(say("import_unread", { file: file.name }), true); };
    reader.readAsArrayBuffer(file);
  };
  var refuse = function (name, trouble) { review.tell(name + say("colon") + trouble + say("import_kept"), true); };
  var takeText = function (text, name) {
    var read = review.fromText(text);
    if (read.trouble) { refuse(name, read.trouble); return; }
    var facts = { file: name, moves: read.state.moves.length, locks: read.state.locks.length, comments: Object.keys(read.state.notes).length };
    review.apply(read.state, L.extend({ key: "imported" }, facts), true);
    review.tell(review.lastSaid() + (review.canUndo() ? say("undo_brings_back") : ""));
  };
  all("[data-import]").forEach(function (button) { button.addEventListener("click", function () { one("#import-file").click(); }); });
  one("#import-file").addEventListener("change", function (event) {
    if (event.target.files.length) readFile(event.target.files[0]);
    event.target.value = "";
  });
  all("[data-export]").forEach(function (button) { button.addEventListener("click", review.exportFile); });
  one("#clear").addEventListener("click", function () {
    review.apply(review.blank(), { key: "cleared" }, true);
    review.tell(review.lastSaid() + say("undo_brings_back"));
  });
})();
