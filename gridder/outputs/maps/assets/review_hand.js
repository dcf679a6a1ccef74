/* The buildings in hand: where they may go, what that does, which rules it breaks, and the move itself. */
"use strict";
(function () {
  var data = gridder.data, plan = data.review, page = gridder.page, review = gridder.review, one = gridder.one, make = gridder.make;
  if (!one("#check")) return;
  var say = review.say, MARKS = { ok: "✓", bad: "✕", note: "!" };
  var check = null, asked = ""; // the check shown, and of what

  // ── a clause as a tag that opens its wording, as the page's templates write it ──
  review.tag = function (line) {
    var clause = plan.clauses[line];
    if (!clause) return "";
    var tag = make("button", "tag" + (clause.house ? " house" : ""), gridder.text(clause.name));
    tag.type = "button";
    tag.setAttribute("aria-expanded", "false");
    ["zh", "en"].forEach(function (lang) {
      tag.setAttribute("data-words-" + lang, clause.words[lang]);
      tag.setAttribute("data-force-" + lang, clause.force[lang]);
    });
    return tag;
  };

  // ── targets: neighbours first ──
  var offer = function () {
    var box = one("#target"), targets = review.targets(review.state, review.hand);
    if (review.target < 0 && targets.length && targets[0].near) review.target = targets[0].g;
    box.textContent = "";
    var group = function (label, mine, tell) {
      if (!mine.length) return;
      var part = make("optgroup", "");
      part.label = label;
      mine.forEach(function (target) {
        var option = make("option", "", tell(target));
        option.value = target.g;
        part.appendChild(option);
      });
      box.appendChild(part);
    };
    if (review.target < 0) {
      var none = make("option", "", say("choose_target"));
      none.value = -1;
      box.appendChild(none);
    }
    group(say("targets_near"), targets.filter(function (t) { return t.near; }), function (target) {
      var last = target.check.after[target.check.gs.indexOf(target.g)];
      return say("target", { no: review.nameOf(target.g), n: gridder.number(last.households) }) + (target.check.broken.length ? " ✕" : " ✓");
    });
    group(say("targets_far"), targets.filter(function (t) { return !t.near; }), function (target) { return review.nameOf(target.g); });
    box.value = review.target;
  };

  // ── the answer ──
  var sentence = function (breach) { return make("p", "", review.sayBreach(breach) + " ", review.tag(breach.line)); };
  var answer = function () {
    var box = one("#answer"), broken = check.broken;
    box.className = "answer " + (broken.length ? "bad" : "ok");
    box.setAttribute("aria-live", broken.length ? "assertive" : "polite");
    box.textContent = "";
    if (!broken.length) {
      box.appendChild(make("h3", "", "✓ ", say("can_move")));
      box.appendChild(make("p", "", say("can_move_why", { low: plan.low, high: plan.high })));
    } else {
      box.appendChild(make("h3", "", "✕ ", say("breaks", { n: broken.length })));
      broken.forEach(function (breach) { box.appendChild(sentence(breach)); });
      if (check.cut.length) box.appendChild(make("p", "", sayAlong()));
    }
    check.still.forEach(function (breach) { box.appendChild(make("p", "aside", say("still") + review.sayBreach(breach))); });
  };
  // what it would mean to take along what is cut off
  var sayAlong = function () {
    var along = review.check(review.state, review.hand.concat(check.cut), check.to), last = along.after[along.gs.indexOf(check.to)];
    var key = along.broken.length ? last.outside ? "along_" + last.outside : "along_broken" : "along_ok";
    return say(key, { no: review.nameOf(check.to), n: gridder.number(last.households), low: plan.low, high: plan.high });
  };
  var fill = function () {
    var lines = one("#check-lines");
    lines.textContent = "";
    review.lines(check).forEach(function (line) {
      var sign = make("b", "sign " + line.mark, MARKS[line.mark]);
      sign.setAttribute("role", "img");
      sign.setAttribute("aria-label", say("mark_" + line.mark));
      lines.appendChild(make("li", line.mark, sign, make("span", "what", say("line_" + line.key)), make("span", "", line.text)));
    });
    answer();
    var button = one("#move"), no = review.nameOf(check.to);
    button.textContent = say(check.broken.length ? "move_anyway" : "move_to", { no: no });
    button.className = "button " + (check.broken.length ? "danger" : "primary");
    one("#take-along").hidden = !check.cut.length;
  };

  var show = function () {
    var held = review.editing && review.hand.length > 0;
    one("#check").hidden = !review.editing;
    one("#grids").classList.toggle("holding", held);
    one("#check-form").hidden = !held;
    one("#check-hint").hidden = held;
    one("#hand-clear").hidden = !held;
    one("#check-title").textContent = !held ? say("hand_empty") : review.hand.length === 1 ? page.nameOf(review.hand[0]) : review.sayRows(review.hand);
    if (!held) { check = null; asked = ""; one("#reason").value = ""; review.draw(null); return; }
    var from = review.hand.map(function (b) { return page.gridOf(b); }).filter(function (g, i, all) { return all.indexOf(g) === i; });
    if (from.length === 1 && from[0] === review.target) review.target = -1;
    offer();
    one("#hand-from").textContent = review.list(from.map(review.nameOf));
    one("#hand-rows").textContent = review.hand.length === 1 ? gridder.say("households", { n: gridder.number(review.sum(review.hand)) }) : names(review.hand);
    check = review.target >= 0 ? review.check(review.state, review.hand, review.target) : null;
    var now = review.hand.join() + ">" + review.target + gridder.lang();
    one("#check-result").hidden = one("#move").hidden = !check;
    if (check && now !== asked) fill();
    if (!check) one("#take-along").hidden = true;
    asked = now;
    review.draw(check);
  };
  var names = function (rows) {
    var shown = rows.slice(0, 4).map(page.nameOf);
    return review.list(shown) + (rows.length > 4 ? say("and_more", { n: rows.length - 4 }) : "");
  };

  // ── moving ──
  var move = function () {
    if (!check) return;
    var rows = check.rows, to = check.to, marked = check.broken.length;
    review.hand = [];
    review.target = -1;
    review.apply(review.withMoves(review.state, rows, to, one("#reason").value.trim()), { key: marked ? "moved_marked" : "moved", rows: rows, g: to });
    review.tell(review.lastSaid());
    document.dispatchEvent(new Event("gridder:hand"));
    (page.chosen() >= 0 ? page.rows[page.chosen()].querySelector(".open") : one("#undo")).focus();
  };
  // Enter moves what breaks nothing; what breaks a rule waits for its own button
  var enter = function () {
    if (check && !check.broken.length) move();
    else if (check) one("#move").focus();
  };
  one("#target").addEventListener("keydown", function (event) { if (event.key === "Enter") { event.preventDefault(); enter(); } });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && (event.target === document.body || event.target === window.map_main.getContainer())) enter();
  });
  var letGo = function () { review.take([], false); };
  one("#check-form").addEventListener("submit", function (event) { event.preventDefault(); move(); });
  one("#target").addEventListener("change", function (event) { review.aim(Number(event.target.value)); });
  one("#take-along").addEventListener("click", function () {
    var to = review.target;
    review.hand = review.hand.concat(check.cut).sort(function (a, b) { return a - b; });
    review.aim(to);
  });
  one("#cancel").addEventListener("click", letGo);
  one("#hand-clear").addEventListener("click", letGo);
  review.showHand = function () { asked = ""; show(); };
  document.addEventListener("gridder:hand", function () {
    show();
    if (review.hand.length && window.innerWidth < 1024) one("#check").scrollIntoView({ block: "nearest" });
  });
  window.map_main.on("zoomend", function () { review.draw(check); }); // arrows are drawn in pixels
})();
