/* The page of two plans: figures, the history of codes, the buildings that move. */
"use strict";
(function () {
  var compare = gridder.compare, state = compare.state, charts = compare.charts, SIDES = compare.SIDES, data = gridder.data;
  var make = gridder.make, say = gridder.say, number = gridder.number, text = gridder.text, scopes = compare.scopes, codeOf = compare.codeOf;
  var ROWS_MAX = 400; // rows of the list of buildings; the workbook has them all

  // ── words beside the maps ──
  compare.drawHead = function () {
    var scope = scopes[state.scope];
    gridder.one("#crumb").textContent = scope.id ? " › " + scope.name : "";
    gridder.one("#sum").textContent = say("header_note", { old: number(scope.grids[0]), new: number(scope.grids[1]) });
    SIDES.forEach(function (side, i) {
      gridder.one("#" + side + "-note").textContent = say("side_note", { grids: number(scope.grids[i]), outside: number(scope.outside[i]) });
    });
    gridder.one("#mark-new").hidden = !data.grids.new.some(function (grid) { return grid.fresh && compare.inScope(grid.community); });
    var select = gridder.one("#scope");
    select.textContent = "";
    data.scopes.forEach(function (one) {
      var name = one.id === "" ? say("whole_district") : one.name;
      var option = make("option", "", one.moved && one.id !== "" ? say("chooser_changed", { name: name, n: number(one.moved) }) : name);
      option.value = one.id;
      option.selected = one.id === state.scope;
      select.appendChild(option);
    });
    select.hidden = data.scopes.length < 3;
    gridder.all("[data-mode-of]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-mode-of") === state.mode));
    });
  };
  function drawPanel() {
    var scope = scopes[state.scope], node = gridder.one("#figures");
    gridder.one("#verdict").textContent = text(scope.verdict.head);
    gridder.one("#verdict-note").textContent = text(scope.verdict.note);
    node.textContent = "";
    scope.figures.forEach(function (figure) {
      node.appendChild(make("div", "figure", make("p", "figure-name", text(figure.name)),
        make("p", "figure-value" + (figure.change ? " change" : ""), text(figure.value)), make("p", "figure-note", text(figure.note))));
    });
  }

  // ── history of the codes ──
  function bar(row) {
    var node = make("span", "bar"), low = data.window[0] / data.top * 100, high = data.window[1] / data.top * 100;
    var band = make("i", "band"), value = make("i", "value" + (row.old_out ? " out" : ""));
    band.style.left = low + "%";
    band.style.width = high - low + "%";
    value.style.width = Math.min(100, row.old_households / data.top * 100) + "%";
    node.appendChild(band);
    node.appendChild(value);
    node.setAttribute("aria-hidden", "true");
    return node;
  }
  function listHistory() {
    return data.history.filter(function (row) { return compare.inScope(row.community); });
  }
  var drawHistory = compare.drawHistory = function () {
    var rows = listHistory(), shown = state.look ? rows.filter(function (row) { return row.look; }) : rows;
    var wide = state.scope === "" && data.scopes.length > 2, comma = say("list_joiner");
    gridder.one("#look").textContent = say("history_look", { n: number(rows.filter(function (row) { return row.look; }).length) });
    gridder.one("#all").textContent = say("history_all", { n: number(rows.length) });
    gridder.one("#look").setAttribute("aria-pressed", String(state.look));
    gridder.one("#all").setAttribute("aria-pressed", String(!state.look));
    var heads = [["old", ""], ["old_households", "num"], ["window", "col-bar"], [null, "arrow"], ["new", ""], ["new_households", "num"],
      ["kept", "num"], ["share", "num col-share"], ["kind", ""], ["note", "col-note"]];
    var line = make("tr");
    if (wide) line.appendChild(make("th", "", say("community")));
    heads.forEach(function (head) {
      line.appendChild(make("th", head[1], head[0] ? say("col_" + head[0], { low: number(data.window[0]), high: number(data.window[1]) }) : ""));
    });
    gridder.all("th", line).forEach(function (cell) { cell.scope = "col"; });
    var table = gridder.one("#history"), body = table.tBodies[0];
    table.tHead.textContent = body.textContent = "";
    table.tHead.appendChild(line);
    shown.forEach(function (row) {
      var place = data.history.indexOf(row), cells = [];
      if (wide) cells.push(make("td", "col-community", data.names[row.community] || row.community));
      cells.push(make("td", "code strong", row.old_no || "—"), make("td", "num count" + (row.old_out ? " out" : ""), row.old ? number(row.old_households) : "—"),
        make("td", "col-bar", row.old ? bar(row) : ""), make("td", "arrow", "→"),
        make("td", "code strong", codes(row.new_no)), make("td", "num count" + (row.new_out ? " out" : ""), row.new_households.map(number).join(comma) || "—"),
        make("td", "num", row.old ? number(row.kept) : "—"), make("td", "num col-share", row.share == null ? "—" : Math.floor(row.share * 100 + 1e-9) + "%"),
        make("td", "", make("span", "kind " + row.kind, say("kind_" + row.kind))), make("td", "col-note", text(row.note)));
      var tr = make("tr");
      cells.forEach(function (cell) { tr.appendChild(cell); });
      wire(tr, "h" + place, function () { compare.showGrids(row); });
      body.appendChild(tr);
    });
    if (!shown.length) body.appendChild(blank(say("history_none"), heads.length + 1));
  };
  // a list of codes breaks between them
  function codes(list) {
    var node = make("span", list.length < 4 ? "one-code" : "", list.length ? "" : "—"), comma = say("list_joiner");
    list.forEach(function (code, i) {
      node.appendChild(make("span", "one-code", code + (i < list.length - 1 ? comma.trim() : "")));
      node.appendChild(document.createTextNode(/ $/.test(comma) ? " " : "\u200b"));
    });
    return node;
  }
  function blank(words, span) {
    var cell = make("td", "none", words);
    cell.colSpan = span;
    return make("tr", "", cell);
  }

  // ── buildings that move ──
  function nameOf(building) {
    var name = building[2] || building[0];
    return building[1] ? say("moved_unit", { building: name, unit: building[1] }) : name;
  }
  function callGrid(side, building) {
    var grid = compare.gridOf(side, building);
    if (!compare.isIn(side, building)) return say(side === "old" ? "new_building" : "gone_building");
    if (!grid) return say("no_grid");
    return grid.community === compare.scopeOf(building) ? grid.no : say("grid_elsewhere", { community: data.names[grid.community] || grid.community, no: grid.no });
  }
  function drawMoved() {
    var rows = data.buildings.filter(function (building) { return compare.differs(building) && compare.inScope(compare.scopeOf(building)); });
    rows.sort(function (a, b) {
      return a[7] - b[7] || (codeOf("old", a) < codeOf("old", b) ? -1 : codeOf("old", a) > codeOf("old", b) ? 1 : 0) ||
        (codeOf("new", a) < codeOf("new", b) ? -1 : codeOf("new", a) > codeOf("new", b) ? 1 : 0);
    });
    var body = gridder.one("#moved").tBodies[0], wide = state.scope === "" && data.scopes.length > 2, last = null;
    gridder.one("#moved-head").textContent = say("moved", { n: number(new Set(rows.map(function (building) { return building[0]; })).size) });
    body.textContent = "";
    rows.slice(0, ROWS_MAX).forEach(function (building) {
      if (wide && last !== building[7]) {
        last = building[7];
        var head = make("th", "group", data.names[compare.scopeOf(building)] || "");
        head.colSpan = 3;
        head.scope = "colgroup";
        body.appendChild(make("tr", "group", head));
      }
      var tr = make("tr", "", make("td", "who", nameOf(building)), make("td", "num", say("moved_households", { n: number(building[3]) })),
        make("td", "way", callGrid("old", building) + " → " + callGrid("new", building)));
      wire(tr, "b" + data.buildings.indexOf(building), function () { compare.showBuilding(building); });
      body.appendChild(tr);
    });
    if (!rows.length) body.appendChild(blank(say("moved_none"), 3));
    var more = gridder.one("#more");
    more.hidden = rows.length <= ROWS_MAX;
    more.textContent = say("moved_more", { n: number(Math.max(0, rows.length - ROWS_MAX)) });
  }

  // ── rows that can be chosen with pointer and keys ──
  function wire(tr, key, show) {
    tr.tabIndex = 0;
    tr.setAttribute("data-key", key);
    tr.setAttribute("aria-selected", String(state.chosen === key));
    var choose = function () {
      var again = state.chosen === key;
      state.chosen = again ? null : key;
      gridder.all("[data-key]").forEach(function (other) {
        other.setAttribute("aria-selected", String(other.getAttribute("data-key") === state.chosen));
      });
      if (again) compare.clearPointer();
      else show();
    };
    tr.addEventListener("click", choose);
    tr.addEventListener("keydown", function (event) {
      if (event.key === "Enter" || event.key === " ") { choose(); event.preventDefault(); }
      var step = event.key === "ArrowDown" ? "nextElementSibling" : event.key === "ArrowUp" ? "previousElementSibling" : null;
      var next = step && tr[step];
      if (next && !next.hasAttribute("data-key")) next = next[step];
      if (next) { next.focus(); event.preventDefault(); }
    });
  }

  compare.draw = function () {
    compare.drawHead();
    drawPanel();
    drawHistory();
    drawMoved();
  };
})();
