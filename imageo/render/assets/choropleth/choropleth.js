"use strict";

/** What `payload` tells of a region under a choice of run, measure and denominator; null where it has no image. */
imageo.read = (payload, chosen, index) => {
  const rated = payload.rated[index];
  if (rated === null) return null;
  const cell = (column) => payload.values[column][chosen.run][chosen.measure][rated];
  const { key } = payload.denominators[chosen.denominator];
  const images = cell("n_all");
  if (!images) return null;
  const n = key === "all" ? images : cell("n_answered");
  const correct = cell("n_correct");
  const [lower, upper] = payload.intervals[`${correct}/${n}`] || [null, null];
  return {
    images,
    n,
    correct,
    rate: n ? correct / n : null,
    lower,
    upper,
    shrunk: cell(`shrunk_rate_${key}`),
    median: cell(key === "all" ? "error_km_median_bounded" : "error_km_median_answered"),
  };
};

/** How a region is drawn: "none" (no image), "thin" (too few images) or "class-0" to "class-5". */
imageo.stateOf = (payload, breaks, reading) => {
  if (reading === null) return "none";
  if (reading.rate === null || reading.n < payload.minimum) return "thin";
  return `class-${breaks.filter((edge) => reading.rate >= edge).length}`;
};

/** Draws the regions of `payload` on a Leaflet map; restyles them as run, measure and denominator change. */
imageo.choropleth = (map, payload) => {
  const chosen = { ...payload.first };
  const regions = imageo.regions(map, payload);
  const tooltip = imageo.tooltip(document.getElementById("tooltip"));
  let readings = [];
  let states = [];
  let refreshWalk = () => {};

  const show = (index, place) => {
    const { key } = payload.denominators[chosen.denominator];
    const note = states[index] === "thin" ? `Too few images for a colour (n < ${payload.minimum}).` : "";
    regions.highlight(index);
    tooltip.show(payload.names[index], imageo.rows(readings[index], key), note, place || regions.placeOf(index));
  };

  const hide = () => {
    regions.dim();
    tooltip.hide();
  };

  const restyle = () => {
    const measure = payload.measures[chosen.measure];
    readings = payload.names.map((_, index) => imageo.read(payload, chosen, index));
    states = readings.map((reading) => imageo.stateOf(payload, measure.breaks, reading));
    const counts = {};
    states.forEach((state, index) => {
      counts[state] = (counts[state] || 0) + 1;
      regions.style(index, state, `${payload.names[index]}: ${imageo.summary(readings[index])}`);
    });
    imageo.legend(document.getElementById("legend"), payload, measure, counts);
    document.getElementById("status").textContent = imageo.sentence(payload, chosen, readings);
    hide();
    refreshWalk();
  };

  const addChoice = (name, label, options) => {
    const select = imageo.element("select", "");
    select.name = name;
    options.forEach((text, index) => select.append(new Option(text, index)));
    select.value = chosen[name];
    select.addEventListener("change", () => {
      chosen[name] = Number(select.value);
      restyle();
    });
    const field = imageo.element("label", `choice ${name}`);
    field.append(imageo.element("span", "", label), select);
    document.getElementById("controls").append(field);
  };

  const addPointer = () => {
    const point = (event) => {
      const index = regions.indexOf(event.target);
      if (index >= 0) show(index, { x: event.clientX, y: event.clientY });
      else hide();
    };
    regions.svg.addEventListener("pointermove", point);
    regions.svg.addEventListener("click", point);
    regions.svg.addEventListener("pointerout", (event) => {
      if (event.pointerType === "mouse" && regions.indexOf(event.relatedTarget) < 0) hide();
    });
    map.on("movestart", hide);
  };

  payload.colours.forEach((colour, index) => {
    document.documentElement.style.setProperty(`--class-${index}`, colour);
  });
  const [, plural] = payload.level;
  regions.svg.setAttribute("aria-label", `Map of ${plural}. Arrow keys walk by name, a letter jumps to a name.`);
  addChoice("run", "Model run", payload.runs);
  addChoice("measure", "Measure", payload.measures.map((measure) => measure.label));
  addChoice("denominator", "Counted", payload.denominators.map((denominator) => denominator.label));
  restyle();
  regions.fit(); // after all that takes room on the page
  regions.rescale();
  addPointer();
  refreshWalk = imageo.walk(map, regions, payload.names, show, hide);
};
