/* The district page: the table, its order and its filters. */
"use strict";
(function () {
  var district = gridder.district, state = district.state, rows = gridder.data.rows, make = gridder.make, say = gridder.say;
  var number = district.number, sum = district.sum, known = district.known, band = district.band, needsLook = district.needsLook;

  // ── table ──
  var COLUMNS = [
    ["name", "name"], ["subdistrict", "subdistrict"], ["status", "status"], ["households", "households"],
    ["grids", "grids"], ["lawful", "lawful_min"], ["posts_band", "posts_max"], ["posts", "posts"],
    ["present", "present"], ["gap", "gap"], ["cost", "cost"], ["round", "round_min"], ["distance", "distance"]
  ];
  var TEXT = { name: 1, subdistrict: 1, status: 1 };
  // a column nobody has a figure for is left out
  COLUMNS = COLUMNS.filter(function (column) {
    if (column[0] === "subdistrict") return rows.some(function (row) { return row.subdistrict; });
    return ["present", "gap", "cost", "round", "distance"].indexOf(column[0]) < 0 || known(rows, column[1]).length > 0;
  });

  // what a column is called: its name, and the unit where it has one
  function headOf(column) { return say("col_" + column, { unit: say("money_unit") }); }
  function drawHead() {
    var line = make("tr"), head = gridder.one("#table thead");
    var focused = gridder.all(".sort", head).indexOf(document.activeElement);
    COLUMNS.forEach(function (column) {
      var cell = make("th", "col-" + column[0]), active = state.key === column[1];
      var mark = make("span", "sort-mark", active ? (state.up ? "▲" : "▼") : !state.key && column[0] === "status" ? "▼" : "");
      mark.setAttribute("aria-hidden", "true"); // aria-sort says it
      var button = make("button", "sort", make("span", "", headOf(column[0])), mark);
      button.type = "button";
      button.addEventListener("click", function () { sortBy(column[1], !!TEXT[column[0]]); });
      cell.scope = "col";
      cell.setAttribute("aria-sort", active ? (state.up ? "ascending" : "descending") : "none");
      cell.appendChild(button);
      line.appendChild(cell);
    });
    head.textContent = "";
    head.appendChild(line);
    if (focused >= 0) line.cells[focused].firstChild.focus();
  }
  function sortBy(key, textFirst) {
    if (state.key !== key) { state.key = key; state.up = textFirst; }
    else if (state.up === textFirst) state.up = !textFirst;
    else state.key = null;
    district.draw();
  }

  function statusChip(row) {
    var what = district.kind(row), text, sign, look = "quiet";
    if (what === "look") {
      sign = "▲"; look = "out";
      text = row.exceptions ? say("status_exceptions", { n: row.exceptions }) : say("status_relaxed");
    } else if (what === "failed") { sign = "✕"; look = "failed"; text = say("status_failed"); }
    else if (what === "empty") { sign = ""; text = say("status_empty"); }
    else { sign = "✓"; look = "lawful"; text = say("status_" + what); }
    var chip = make("span", "chip " + look, sign ? make("span", "sign", sign + "\u2009") : null, text);
    chip.title = say("about_status_" + (what === "look" ? "exceptions" : what) +
      (row.fixed_k && (what === "optimal" || what === "bounded") ? "_k" : ""), { n: number(row.grids) });
    return chip;
  }
  function distance(row) {
    if (row.distance == null || row.status === "empty" || row.status === "failed") return "—";
    return (row.distance === 0 ? "0" : "≤ " + district.percent(row.distance)) + (row.fixed_k ? "*" : "");
  }
  function rowName(row) {
    if (!row.page) return make("span", "who", row.name);
    var link = make("a", "who", row.name);
    link.setAttribute("data-page", row.page);
    link.href = row.page + "#lang=" + gridder.lang();
    return link;
  }
  // the second line of a row on a phone
  function figures(row) {
    return say(row.gap == null ? "row_figures" : "row_figures_gap", {
      households: number(row.households), grids: number(row.grids), gap: number(row.gap), lawful: cellOf(row, "lawful")
    });
  }
  function cellOf(row, column) {
    switch (column) {
      case "name": return make("div", "", rowName(row), make("span", "figures", figures(row)));
      case "subdistrict": return district.subdistrictName(row.subdistrict);
      case "status": return statusChip(row);
      case "lawful": return row.status === "empty" ? "—" : row.lawful_min == null ? say("no_lawful") : band(row.lawful_min, row.lawful_max);
      case "posts_band": return band(row.posts_min, row.posts_max);
      case "round": return row.round_min == null ? "—" : say("minutes", { n: Math.round(row.round_min) });
      case "cost": return district.amount(row.cost);
      case "distance": return distance(row);
      default: return number(row[column]);
    }
  }
  function drawRow(row) {
    var place = rows.indexOf(row), line = make("tr", needsLook(row) ? "needs-look" : "");
    COLUMNS.forEach(function (column) {
      var cell = make("td", "col-" + column[0], cellOf(row, column[0]));
      cell.setAttribute("data-head", headOf(column[0]));
      if (column[0] === "gap" && row.gap > 0) cell.classList.add("strong");
      line.appendChild(cell);
    });
    line.setAttribute("data-place", place);
    line.tabIndex = -1;
    line.addEventListener("click", function (event) { if (!event.target.closest("a")) district.choose(place, "table"); });
    line.addEventListener("mouseenter", function () { district.hover(place); });
    line.addEventListener("mouseleave", function () { district.hover(null); });
    return line;
  }
  function drawFoot(list) {
    var line = make("tr"), exceptions = sum(list, "exceptions");
    var text = {
      name: say("total_row", { n: number(list.length) }), subdistrict: "",
      status: make("span", "chip quiet", exceptions ? say("total_exceptions", { n: exceptions }) : say("total_no_exceptions")),
      households: number(sum(list, "households")), grids: number(sum(list, "grids")), lawful: "",
      posts_band: known(list, "posts_min").length ? band(sum(list, "posts_min"), sum(list, "posts_max")) : "—",
      posts: known(list, "posts").length ? number(sum(list, "posts")) : "—",
      present: known(list, "present").length ? number(sum(list, "present")) : "—",
      gap: known(list, "gap").length ? number(sum(list, "gap")) : "—",
      cost: known(list, "cost").length ? district.amount(sum(list, "cost")) : "—", round: "", distance: ""
    };
    COLUMNS.forEach(function (column) {
      var cell = make("td", "col-" + column[0], text[column[0]]);
      cell.setAttribute("data-head", headOf(column[0]));
      line.appendChild(cell);
    });
    var foot = gridder.one("#table tfoot");
    foot.textContent = "";
    foot.appendChild(line);
  }
  district.drawTable = function () {
    var list = district.ordered(district.shown()), body = gridder.one("#rows");
    body.textContent = "";
    list.forEach(function (row) { body.appendChild(drawRow(row)); });
    if (!list.length) {
      var blank = make("td", "none", say("none_found"));
      blank.colSpan = COLUMNS.length;
      body.appendChild(make("tr", "", blank));
    }
    drawHead();
    drawFoot(list);
    district.markChosen();
    gridder.one("#found").textContent = list.length < rows.length ? say("found", { n: number(list.length) }) : "";
    var first = body.querySelector("tr.chosen") || body.querySelector("tr[data-place]");
    if (first) first.tabIndex = 0;
  };

  // ── filters ──
  district.drawBar = function () {
    gridder.one("#all").textContent = say("filter_all", { n: number(rows.length) });
    gridder.one("#look").textContent = say("filter_look", { n: number(rows.filter(needsLook).length) });
    gridder.one("#all").setAttribute("aria-pressed", String(!state.only));
    gridder.one("#look").setAttribute("aria-pressed", String(state.only));
    var select = gridder.one("#subdistrict"), names = Array.from(new Set(rows.map(function (row) { return row.subdistrict; }))).sort();
    select.textContent = "";
    [["*", say("all_subdistricts")]].concat(names.map(function (name) {
      return [name, district.subdistrictName(name)];
    })).forEach(function (pair) {
      var option = make("option", "", pair[1]);
      option.value = pair[0];
      option.selected = pair[0] === state.subdistrict;
      select.appendChild(option);
    });
    select.hidden = names.length < 2;
    var active = COLUMNS.filter(function (column) { return column[1] === state.key; })[0];
    gridder.one("#order").textContent = active ? say(state.up ? "sorted_up" : "sorted_down", { column: headOf(active[0]) }) : say(known(rows, "gap").length ? "sorted_default" : "sorted_plain");
    gridder.one("#reorder").hidden = !active;
  };

  // ── what the reviewer asks of the table ──
  function set(key, to) { state[key] = to; district.draw(); }
  gridder.one("#all").addEventListener("click", function () { set("only", false); });
  gridder.one("#look").addEventListener("click", function () { set("only", true); });
  gridder.one("#subdistrict").addEventListener("change", function () { set("subdistrict", this.value); });
  gridder.one("#find").addEventListener("input", function () { set("query", this.value); });
  gridder.one("#reorder").addEventListener("click", function () { set("key", null); });
  gridder.one("#rows").addEventListener("keydown", function (event) {
    var line = event.target.closest("tr[data-place]");
    if (!line) return;
    var step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (step && line[step]) { line.tabIndex = -1; line[step].tabIndex = 0; line[step].focus(); event.preventDefault(); }
    if ((event.key === "Enter" || event.key === " ") && event.target === line) {
      district.choose(Number(line.getAttribute("data-place")), "table");
      event.preventDefault();
    }
  });
})();
