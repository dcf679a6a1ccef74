/* The district page: what a row is, which rows are shown, in what order. */
"use strict";
(function () {
  var rows = gridder.data.rows, say = gridder.say;
  var district = gridder.district = {}; // what the page's other scripts use of this one
  var state = district.state = { only: false, subdistrict: "*", query: "", key: null, up: false, chosen: null };

  // ── what a row is ──
  function kind(row) {
    if (row.status === "failed" || row.status === "empty") return row.status;
    return row.exceptions > 0 || row.status === "relaxed" ? "look" : row.status;
  }
  function needsLook(row) { return kind(row) === "look" || kind(row) === "failed"; }
  function number(n) { return n == null ? "—" : gridder.number(n); }
  district.kind = kind;
  district.needsLook = needsLook;
  district.number = number;
  district.subdistrictName = function (name) { return name || say("no_subdistrict"); };
  district.percent = function (share) {
    var p = share * 100;
    return (p === 0 ? "0" : p < 0.05 ? "<0.1" : p.toFixed(1)) + "%";
  };
  district.sum = function (list, key) { return list.reduce(function (all, row) { return all + (row[key] || 0); }, 0); };
  district.known = function (list, key) { return list.filter(function (row) { return row[key] != null; }); };
  district.band = function (low, high) { return low == null ? "—" : low === high ? number(low) : number(low) + "–" + number(high); };
  // yuan a year, in ten thousands (Chinese) or thousands (English), with a digit where it is small
  district.amount = function (yuan) {
    if (yuan == null) return "—";
    var unit = gridder.lang() === "zh" ? 10000 : 1000, whole = Math.round(yuan / unit * 10) / 10;
    return gridder.number(Math.floor(whole)) + (whole < 1000 ? "." + Math.round(whole * 10) % 10 : "");
  };

  // ── order and filter ──
  function worstFirst(a, b) {
    return (b.status === "failed") - (a.status === "failed") || (b.exceptions || 0) - (a.exceptions || 0) ||
      (b.status === "relaxed") - (a.status === "relaxed") || (b.gap || 0) - (a.gap || 0) ||
      (b.households || 0) - (a.households || 0) || (a.id < b.id ? -1 : 1);
  }
  var RANK = ["failed", "look", "feasible", "locally_optimal", "bounded", "optimal", "empty"];
  function value(row, key) {
    if (key === "status") return RANK.indexOf(kind(row)) * 1000 - (row.exceptions || 0);
    return row[key] == null ? null : row[key];
  }
  district.ordered = function (list) {
    var found = list.slice().sort(worstFirst);
    if (!state.key) return found;
    var language = document.documentElement.lang, sign = state.up ? 1 : -1;
    return found.map(function (row, i) { return [row, i]; }).sort(function (one, two) {
      var a = value(one[0], state.key), b = value(two[0], state.key);
      if (a === null || b === null) return (a === null) - (b === null) || one[1] - two[1];
      var order = typeof a === "string" ? a.localeCompare(b, language) : a - b;
      return order * sign || one[1] - two[1];
    }).map(function (pair) { return pair[0]; });
  };
  district.shown = function () {
    var query = state.query.trim().toLowerCase();
    return rows.filter(function (row) {
      if (state.only && !needsLook(row)) return false;
      if (state.subdistrict !== "*" && row.subdistrict !== state.subdistrict) return false;
      if (!query) return true;
      var id = row.id.toLowerCase(); // the code of a grid begins with that of its community
      return row.name.toLowerCase().indexOf(query) >= 0 || row.subdistrict.toLowerCase().indexOf(query) >= 0 ||
        id.indexOf(query) >= 0 || query.length > id.length && query.indexOf(id) === 0;
    });
  };
})();
