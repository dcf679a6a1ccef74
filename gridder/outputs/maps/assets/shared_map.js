/* On all maps: labels, signs of crossings and halls, the scale, streets as wide as the map allows, switches of layers. */
"use strict";
(function () {
  // labels, first come first served: {at: [lat, lng], nodes: [function () → element, …] from large to small (or node: one
  // of them), minZoom, fits: optional function (corners) → whether the label, with `pad` pixels beside it, lies well,
  // inside: drawn only where it lies well, always: its smallest form is drawn even over others}.
  // The largest form that lies well and covers no other label is drawn, else the smallest that covers none, else none.
  gridder.drawLabels = function (map, labels) {
    var layer = L.layerGroup().addTo(map), boxes = {};
    // where the box of a label lies around its point: measured once a form, all new ones of a drawing together
    var keyOf = function (node) { return node.className + "|" + node.innerHTML; };
    var measure = function (nodes) {
      var fresh = nodes.filter(function (node) { return !boxes[keyOf(node)]; });
      if (!fresh.length) return;
      var hidden = hiddenIn(map.getPane("labels"));
      fresh.forEach(function (node) { hidden.appendChild(node.cloneNode(true)); });
      var at = hidden.getBoundingClientRect();
      fresh.forEach(function (node, i) {
        var box = hidden.childNodes[i].getBoundingClientRect();
        boxes[keyOf(node)] = { left: box.left - at.left, right: box.right - at.left, top: box.top - at.top, bottom: box.bottom - at.top };
      });
      hidden.remove();
    };
    var hiddenIn = function (pane) {
      var hidden = gridder.make("div", "map-label");
      hidden.style.cssText = "position:absolute;visibility:hidden";
      return pane.appendChild(hidden);
    };
    var boxOf = function (label, node) {
      var at = map.latLngToContainerPoint(label.at), box = boxes[keyOf(node)];
      return { left: at.x + box.left, right: at.x + box.right, top: at.y + box.top, bottom: at.y + box.bottom };
    };
    var liesWell = function (label, box) {
      if (!label.fits) return true;
      var pad = label.pad || 0, left = box.left - pad, right = box.right + pad, top = box.top, bottom = box.bottom;
      return label.fits([[left, top], [right, top], [left, bottom], [right, bottom]].map(function (corner) {
        return map.containerPointToLatLng(corner);
      }));
    };
    var draw = function () {
      var taken = [], view = map.getBounds().pad(0.1);
      var isFree = function (box) {
        return !taken.some(function (other) {
          return box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top;
        });
      };
      layer.clearLayers();
      var wanted = labels().filter(function (label) {
        return !(label.minZoom && map.getZoom() < label.minZoom) && view.contains(label.at);
      });
      wanted.forEach(function (label) { label.forms = (label.nodes || [label.node]).map(function (form) { return form(); }); });
      measure([].concat.apply([], wanted.map(function (label) { return label.forms; })));
      wanted.forEach(function (label) {
        for (var n = 0; n < label.forms.length; n++) {
          var box = boxOf(label, label.forms[n]), last = n === label.forms.length - 1;
          if ((isFree(box) && ((last && !label.inside) || liesWell(label, box))) || (last && label.always)) {
            taken.push(box);
            var icon = L.divIcon({ className: "map-label", html: label.forms[n], iconSize: null });
            L.marker(label.at, { icon: icon, pane: "labels", interactive: false, keyboard: false }).addTo(layer);
            return;
          }
        }
      });
    };
    map.on("moveend", draw);
    document.addEventListener("gridder:lang", draw);
    window.addEventListener("resize", function () { boxes = {}; });
    document.addEventListener("gridder:print", function () { boxes = {}; });
    return draw;
  };

  var svg = function (name, attributes) {
    var node = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.keys(attributes).forEach(function (key) { node.setAttribute(key, attributes[key]); });
    return node;
  };
  // the sign of a crossing or of the hall, and what it says
  gridder.sayMark = function (m) { return (m.name ? m.name + gridder.say("colon") : "") + gridder.say(m.say, m.facts); };
  gridder.markNode = function (m) {
    var box = svg("svg", { viewBox: "-12 -12 24 24", width: 22, height: 22 });
    if (m.kind === "hall") {
      box.appendChild(svg("rect", { x: -9, y: -9, width: 18, height: 18, rx: 2, fill: "#12487A", stroke: "#fff", "stroke-width": 1.5 }));
      box.appendChild(svg("path", { d: "M-6 1 0-5 6 1M-4 0V5.5H4V0M-1 5.5V2H1V5.5", fill: "none", stroke: "#fff", "stroke-width": 1.4 }));
    } else if (m.kind === "hall_proposed") {
      box.setAttribute("role", "img");
      box.setAttribute("aria-label", gridder.sayMark(m));
      box.appendChild(svg("rect", { x: -9, y: -9, width: 18, height: 18, rx: 2, fill: "#fff", stroke: "#12487A", "stroke-width": 1.8, "stroke-dasharray": "3.6 2" }));
      box.appendChild(svg("path", { d: "M-6 1 0-5 6 1M-4 0V5.5H4V0M-1 5.5V2H1V5.5", fill: "none", stroke: "#12487A", "stroke-width": 1.4 }));
    } else {
      var ring = { r: 9, fill: "#fff", stroke: "#1B2733", "stroke-width": 1.6 };
      if (m.kind === "crossing_rule") ring["stroke-dasharray"] = "3.2 2.455"; // ten dashes: a house rule, as its tags are
      box.setAttribute("role", "img");
      box.setAttribute("aria-label", gridder.sayMark(m));
      box.appendChild(svg("circle", ring));
      box.appendChild(svg("path", { d: "M-3-5q2 5 0 10M3-5q-2 5 0 10", fill: "none", stroke: "#1B2733", "stroke-width": 1.6, transform: "rotate(" + m.turn + ")" }));
    }
    return gridder.make("span", "label mark", box);
  };

  // scale bar in a node: a round number of metres at most `room` pixels wide
  gridder.drawScale = function (map, node, room) {
    var draw = function () {
      var size = map.getSize(), y = size.y / 2;
      var metres = map.distance(map.containerPointToLatLng([0, y]), map.containerPointToLatLng([room, y]));
      if (!(metres > 0)) return;
      var power = Math.pow(10, Math.floor(Math.log(metres) / Math.LN10));
      var round = metres / power >= 5 ? 5 * power : metres / power >= 2 ? 2 * power : power;
      var far = round >= 1000;
      node.textContent = "";
      var bar = gridder.make("span", "scale-bar");
      bar.style.width = Math.round(room * round / metres) + "px";
      node.appendChild(gridder.make("span", "scale-text", gridder.say(far ? "km" : "m", { n: far ? round / 1000 : round })));
      node.appendChild(bar);
    };
    map.on("moveend zoomend resize", draw);
    document.addEventListener("gridder:lang", draw);
    draw();
  };

  // streets: as wide as their strokes where a pixel is no more than 1.5 m, thinner on the map of a large community
  var STREETS = ["road_outside", "arterial_outside", "road", "arterial"];
  gridder.thinStreets = function (map, layerOf) {
    var thin = function () {
      var middle = map.getSize().divideBy(2);
      var m = map.distance(map.containerPointToLatLng(middle), map.containerPointToLatLng(middle.add([100, 0]))) / 100;
      var share = Math.max(0.3, Math.min(1, 1.5 / m));
      STREETS.forEach(function (name) {
        var cased = layerOf(name + "_case"), inner = 0;
        [layerOf(name), cased].forEach(function (layer) {
          if (layer) layer.eachLayer(function (line) {
            line.full = line.full || line.options.weight;
            if (layer !== cased) inner = line.full;
            line.setStyle({ weight: layer === cased ? inner * share + line.full - inner : line.full * share });
          });
        });
      });
    };
    map.on("zoomend", thin);
  };

  // check boxes [data-layers="name name"] switch the layers geo_json_<name> and whatever `others` names
  gridder.bindLayers = function (map, others) {
    gridder.all("input[data-layers]").forEach(function (box) {
      var apply = function () {
        box.getAttribute("data-layers").split(" ").forEach(function (name) {
          var layer = (others && others[name]) || window["geo_json_" + name];
          if (layer && box.checked) map.addLayer(layer);
          else if (layer) map.removeLayer(layer);
        });
        document.dispatchEvent(new Event("gridder:layers"));
      };
      box.addEventListener("change", apply);
    });
  };
})();
