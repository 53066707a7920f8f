"use strict";

/** Draws the errors of `data` on a Leaflet map, as vectors, as flows, or both; redraws as the filters change. */
imageo.errorMap = (map, data) => {
  const MANY = 3000; // vectors above which they are a hairball
  const DRAWN_FLOWS = 60; // that many flows can be told apart
  const LISTED = 40;
  const REACH = 7; // pixels around the pointer

  const plane = imageo.plane(data);
  const order = imageo.byError(data);
  const state = imageo.errorState(data);
  const chosen = state.read();
  const pen = imageo.pen(data, plane);
  const flowPen = imageo.flowPen(plane);
  const tooltip = imageo.tooltip(document.getElementById("tooltip"));
  const nodesOf = {};
  const main = document.querySelector("main");
  const status = document.getElementById("status");
  let visible = new Uint32Array(0);
  let flows = [];
  let all = [];
  let scale = null;
  let colours = imageo.colours();
  let picked = null; // { vector } or { flow }
  let smallest = 1;

  const nodes = () => {
    const make = chosen.group === "square" ? imageo.squareNodes : imageo.countryNodes;
    nodesOf[chosen.group] = nodesOf[chosen.group] || make(data);
    return nodesOf[chosen.group];
  };
  const showsFlows = () => ["flows", "both"].includes(chosen.show) || (chosen.show === "auto" && visible.length > MANY);
  const showsVectors = () => ["vectors", "both"].includes(chosen.show) || (chosen.show === "auto" && visible.length <= MANY);
  const classOf = (i) => (chosen.colour === "confidence" ? data.confidence[i] - 1 : imageo.classOf(data.error[i]));

  const lines = imageo.canvasLayer(map, (context, view) => {
    if (showsVectors()) pen.vectors(context, view, visible, classOf, colours, showsFlows());
    if (!showsFlows()) return;
    for (let at = flows.length - 1; at >= 0; at -= 1) {
      flowPen.flow(context, view, flows[at], nodes(), scale, colours.paper, 0.6, 2);
      flowPen.flow(context, view, flows[at], nodes(), scale, colours.classes[imageo.classOf(flows[at].median)], 0.85);
    }
    flowPen.names(context, view, flows, nodes(), scale, colours);
  });
  const above = imageo.canvasLayer(map, (context, view) => {
    if (!picked) return;
    if (picked.flow) {
      flowPen.flow(context, view, picked.flow, nodes(), scale, colours.paper, 1, 4);
      flowPen.flow(context, view, picked.flow, nodes(), scale, colours.focus, 1);
    } else pen.vector(context, view, picked.vector, colours);
  });

  const hide = () => {
    if (!picked) return;
    picked = null;
    tooltip.hide();
    above.soon();
  };

  /** A place for the words on a line that the table shows: the lower corner of the map that is farther from it. */
  const besides = (ends, mayMove) => {
    const [[x1, y1], [x2, y2]] = ends;
    const bounds = L.latLngBounds(ends.map(([x, y]) => imageo.backdropUnits([x / 4, y / 4])));
    if (mayMove && !map.getBounds().contains(bounds)) {
      map.fitBounds(bounds, { animate: false, padding: [40, 40], maxZoom: map.getZoom() });
    }
    const { left, right, bottom } = map.getContainer().getBoundingClientRect();
    const view = lines.view();
    const near = (corner) => imageo.distanceTo(
      corner, bottom, left + x1 * view.scale + view.x, bottom - view.height + y1 * view.scale + view.y,
      left + x2 * view.scale + view.x, bottom - view.height + y2 * view.scale + view.y,
    );
    const corners = [left + 120, right - 180];
    const x = near(corners[0]) >= near(corners[1]) ? left - 10 : right - 350;
    return { x, y: bottom - 190 };
  };
  const tell = (what, heading, rows, place) => {
    picked = what;
    tooltip.show(heading, rows, "", place);
    above.soon();
  };

  const showVector = (i, place, mayMove) => {
    const rows = [
      ["Taken in", imageo.placeName(data.places[data.truePlace[i]])],
      ["Answered", imageo.placeName(data.places[data.answeredPlace[i]])],
      ["Its point lies in", data.countries[data.answeredCountry[i]]],
      ["Distance", imageo.kilometres(data.error[i] / 100)],
      ["Stated confidence", data.confidence[i] ? `${data.confidence[i]} of 5` : "none"],
      ["Model run", data.runs[data.run[i]]],
    ];
    const at = place || besides([[data.x1[i], data.y1[i]], [data.x2[i], data.y2[i]]], mayMove);
    tell({ vector: i }, data.images[data.image[i]], rows, at);
  };
  const showFlow = (flow, place, mayMove) => {
    const { names, x, y } = nodes();
    const rows = [
      ["Taken in", names[flow.from]],
      ["Answered point lies in", names[flow.to]],
      ["Answers", `${imageo.count(flow.count)} of ${imageo.count(visible.length)} shown`],
      ["Median distance", imageo.kilometres(flow.median / 100)],
    ];
    const heading = flow.from === flow.to ? `Within ${nodes().within(flow.from)}` : `${names[flow.from]} \u2192 ${names[flow.to]}`;
    tell({ flow }, heading, rows, place || besides([[x[flow.from], y[flow.from]], [x[flow.to], y[flow.to]]], mayMove));
  };

  const table = imageo.sideTable(main, hide);
  const fillTable = () => {
    if (showsFlows()) {
      const { names } = nodes();
      const rows = flows.slice(0, LISTED).map((flow) => ({
        name: flow.from === flow.to ? ["within ", nodes().within(flow.from)] : [names[flow.from], " \u2192 ", names[flow.to]],
        cells: [imageo.count(flow.count), imageo.kilometres(flow.median / 100)],
        show: (mayMove) => showFlow(flow, null, mayMove),
      }));
      const title = rows.length < all.length ? `Largest ${rows.length} of ${imageo.many(all.length, "flow")}` : imageo.many(rows.length, "flow");
      table.fill(rows.length ? title : "No flow to list", ["From, to", "Answers", "Median"], rows);
      return;
    }
    const worst = [...visible.subarray(Math.max(0, visible.length - LISTED))].reverse();
    const rows = worst.map((i) => ({
      name: [imageo.placeName(data.places[data.truePlace[i]]), " \u2192 ", imageo.placeName(data.places[data.answeredPlace[i]])],
      cells: [imageo.kilometres(data.error[i] / 100)],
      show: (mayMove) => showVector(i, null, mayMove),
    }));
    table.fill(rows.length ? `Farthest ${rows.length} of ${imageo.many(visible.length, "vector")}` : "No vector to list", ["Taken in, answered", "Distance"], rows);
  };

  const sayStatus = () => {
    const asked = chosen.run < 0 ? data.size : data.run.reduce((sum, run) => sum + (run === chosen.run), 0);
    const { run, distance, confidence } = imageo.chosenWords(data, chosen, imageo.stops);
    const start = `${run}: ${imageo.count(visible.length)} of ${imageo.many(asked, "answer")} with coordinates, ${distance}, ${confidence}.`;
    const told = flows.reduce((sum, flow) => sum + flow.count, 0);
    const among = chosen.group === "country" ? "countries" : "squares of 1,000\u00a0km";
    const each = smallest > 1 ? `, of ${imageo.count(smallest)} answers or more each; they hold ${imageo.count(told)} of these answers` : "";
    const drawn = `Drawn: ${imageo.many(flows.length, "flow")} within and between ${among}${each}.`;
    status.textContent = visible.length === 0 ? `${start} Nothing is left to draw; widen the filters.` : showsFlows() ? `${start} ${drawn}` : start;
  };

  let controls = null;
  const restyle = () => {
    hide();
    visible = imageo.select(data, order, chosen);
    all = showsFlows() ? imageo.flows(data, visible, nodes()) : [];
    smallest = chosen.least || (all.length > DRAWN_FLOWS ? all[DRAWN_FLOWS].count + 1 : 1);
    if (!chosen.least && all.length && smallest > all[0].count) smallest = all[0].count;
    flows = all.filter((flow) => flow.count >= smallest);
    scale = flowPen.scaleOf(flows);
    const counts = [0, 0, 0, 0, 0, 0];
    for (const i of visible) counts[classOf(i) + 1] += 1;
    imageo.errorLegend(document.getElementById("legend"), {
      showsVectors: showsVectors(), showsFlows: showsFlows(), byConfidence: chosen.colour === "confidence", counts, scale,
      one: chosen.group === "country" ? "country" : "square",
    });
    controls.refresh(smallest, all.length ? all[0].count : 1, showsFlows(), showsVectors());
    fillTable();
    sayStatus();
    lines.soon();
  };
  const changed = () => {
    state.write(chosen);
    restyle();
  };
  controls = imageo.errorControls(document.getElementById("controls"), data, chosen, changed);

  const pick = (event) => {
    const box = map.getContainer().getBoundingClientRect();
    const at = { x: event.clientX - box.left, y: event.clientY - box.top };
    const place = { x: event.clientX, y: event.clientY };
    const view = lines.view();
    const i = showsVectors() ? imageo.pickVector(data, plane, visible, view, at, REACH) : -1;
    if (i >= 0) return showVector(i, place);
    const index = showsFlows() ? imageo.pickFlow(flows, nodes(), flowPen, scale, view, at, REACH) : -1;
    return index >= 0 ? showFlow(flows[index], place) : hide();
  };
  const container = map.getContainer();
  container.addEventListener("pointermove", (event) => { if (event.buttons === 0) pick(event); });
  container.addEventListener("click", pick);
  container.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") hide(); });
  map.on("movestart", hide);
  addEventListener("hashchange", () => {
    Object.assign(chosen, state.read());
    restyle();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    colours = imageo.colours();
    lines.soon();
    above.soon();
  });

  imageo.backdrop(map, data);
  restyle();
  imageo.fitWorld(map, data);
  lines.redraw(); // so that "ready" means drawn
};
