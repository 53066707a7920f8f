"use strict";

/** Draws the regions of `payload` on a Leaflet map and restyles them as run, measure and denominator change. */
imageo.choropleth = (map, payload) => {
  const CELLS_PER_UNIT = 16; // so that a map of 16384 cells is 1024 pixels wide at zoom 0
  const narrow = matchMedia("(max-width: 640px)").matches;
  const SMALL_PIXELS = narrow ? 2 : 3;
  const units = (x, y) => [-y / CELLS_PER_UNIT, x / CELLS_PER_UNIT];

  const [width, height] = payload.size;

  const chosen = { ...payload.first };
  const drawn = draw();
  const tooltip = imageo.tooltip(document.getElementById("tooltip"));
  let active = 0; // the region that Tab reaches
  let stop = drawn.paths[0]; // its element
  let shown = -1; // the region in the tooltip

  L.svgOverlay(drawn.svg, [units(0, height), units(width, 0)]).addTo(map);
  addControls();
  restyle();
  fit();
  addPointer();
  addKeyboard();

  function draw() {
    const svg = imageo.svg("svg", {
      class: "regions",
      viewBox: `0 0 ${width} ${height}`,
      role: "group",
      "aria-label": `Map of ${payload.level[1]}. Arrow keys walk through them by name, a letter jumps to a name.`,
    });
    const hatch = imageo.hatch("hatch");
    const areas = payload.areas.map((d) => imageo.svg("path", { class: "area", d }));
    const lines = payload.lines.map((d) => imageo.svg("path", { class: "line", d }));
    const region = (tag, attributes, index) =>
      imageo.svg(tag, { ...attributes, "data-region": index, role: "img", tabindex: -1 });
    const paths = payload.paths.map((d, index) => region("path", { d }, index));
    const symbols = payload.symbols.map(([cx, cy], index) => region("circle", { cx, cy, r: 0 }, index));
    const highlight = imageo.svg("path", { class: "highlight", d: "" });
    svg.append(hatch, ...areas, ...lines, ...paths, ...symbols, highlight);
    for (const [index, colour] of payload.colours.entries()) {
      document.documentElement.style.setProperty(`--class-${index}`, colour);
    }
    return { svg, hatch, paths, symbols, highlight };
  }

  /** What the payload tells of a region under the present choice; null without images. */
  function read(index) {
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
  }

  function stateOf(reading) {
    if (reading === null) return "none";
    if (reading.rate === null || reading.n < payload.minimum) return "thin";
    return `class-${payload.measures[chosen.measure].breaks.filter((edge) => reading.rate >= edge).length}`;
  }

  function restyle() {
    const counts = {};
    payload.names.forEach((name, index) => {
      const reading = read(index);
      const state = stateOf(reading);
      counts[state] = (counts[state] || 0) + 1;
      const label = `${name}: ${imageo.summary(reading)}`;
      for (const element of [drawn.paths[index], drawn.symbols[index]]) {
        element.setAttribute("class", `region ${state}`);
        element.setAttribute("aria-label", label);
      }
    });
    imageo.legend(document.getElementById("legend"), payload, payload.measures[chosen.measure], counts);
    document.getElementById("status").textContent = imageo.sentence(payload, chosen, payload.names.map((_, i) => read(i)));
    if (shown >= 0) show(shown, null);
  }

  function addControls() {
    const form = document.getElementById("controls");
    const choice = (name, label, options) => {
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
      form.append(field);
    };
    choice("run", "Model run", payload.runs);
    choice("measure", "Measure", payload.measures.map((measure) => measure.label));
    choice("denominator", "Counted", payload.denominators.map((denominator) => denominator.label));
  }

  function show(index, place) {
    shown = index;
    const element = elementOf(index);
    const isPath = element === drawn.paths[index];
    drawn.highlight.setAttribute("d", isPath ? payload.paths[index] : circle(...payload.symbols[index]));
    const reading = read(index);
    const { key } = payload.denominators[chosen.denominator];
    const note = stateOf(reading) === "thin" ? `Too few images for a colour (n < ${payload.minimum}).` : "";
    tooltip.show(payload.names[index], imageo.rows(reading, key), note, place || symbolPlace(index));
  }

  function hide() {
    shown = -1;
    drawn.highlight.setAttribute("d", "");
    tooltip.hide();
  }

  function symbolPlace(index) {
    const box = map.getContainer().getBoundingClientRect();
    const point = map.latLngToContainerPoint(units(...payload.symbols[index]));
    return { x: box.left + point.x, y: box.top + point.y };
  }

  function addPointer() {
    const over = (event) => {
      const index = indexOf(event.target);
      if (index >= 0) show(index, { x: event.clientX, y: event.clientY });
      else hide();
    };
    drawn.svg.addEventListener("pointermove", over);
    drawn.svg.addEventListener("click", over);
    drawn.svg.addEventListener("pointerout", (event) => {
      if (event.pointerType === "mouse" && indexOf(event.relatedTarget) < 0) hide();
    });
    map.on("movestart", hide);
  }

  /** One stop for Tab (thousands of regions would be a trap); arrows, Home, End and letters walk from there. */
  function addKeyboard() {
    // On the container: Chromium takes an SVG element that listens for focus to be a stop of its own.
    const container = map.getContainer();
    container.addEventListener("focusin", (event) => {
      const index = indexOf(event.target);
      if (index < 0) return;
      if (index !== active) moveTo(index);
      if (!event.target.matches(":focus-visible")) return;
      if (!map.getBounds().contains(units(...payload.symbols[index]))) {
        map.panTo(units(...payload.symbols[index]), { animate: false });
      }
      show(index, null);
    });
    container.addEventListener("focusout", hide);
    drawn.svg.addEventListener("keydown", (event) => {
      const next = neighbour(event);
      if (event.key === "Escape") hide();
      if (next < 0) return;
      event.preventDefault();
      event.stopPropagation();
      moveTo(next);
    });
  }

  function neighbour(event) {
    const last = payload.names.length - 1;
    if (event.ctrlKey || event.metaKey || event.altKey) return -1;
    if (event.key === "ArrowRight" || event.key === "ArrowDown") return active === last ? 0 : active + 1;
    if (event.key === "ArrowLeft" || event.key === "ArrowUp") return active === 0 ? last : active - 1;
    if (event.key === "Home") return 0;
    if (event.key === "End") return last;
    if (event.key.length !== 1) return -1;
    const starts = (name) => name.toLowerCase().startsWith(event.key.toLowerCase());
    const after = payload.names.findIndex((name, index) => index > active && starts(name));
    return after >= 0 ? after : payload.names.findIndex(starts);
  }

  /** Makes a region the one that Tab reaches; its element changes when zooming swaps symbol and outline. */
  function moveTo(index) {
    const hadFocus = document.activeElement === stop;
    stop.setAttribute("tabindex", -1);
    active = index;
    stop = elementOf(index);
    stop.setAttribute("tabindex", 0);
    if (hadFocus) stop.focus({ preventScroll: true });
  }

  function indexOf(target) {
    return target instanceof Element && "region" in target.dataset ? Number(target.dataset.region) : -1;
  }

  function elementOf(index) {
    return isSmall(index) ? drawn.symbols[index] : drawn.paths[index];
  }

  function cellsPerPixel() {
    return CELLS_PER_UNIT / map.getZoomScale(map.getZoom(), 0);
  }

  function isSmall(index) {
    return payload.reach[index] < SMALL_PIXELS * cellsPerPixel();
  }

  function circle(x, y) {
    const r = parseFloat(getComputedStyle(drawn.svg).getPropertyValue("--symbol")) * cellsPerPixel();
    return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
  }

  /** Strokes, hatch and symbols keep their size on the screen at every zoom. */
  function rescale() {
    drawn.svg.style.setProperty("--pixel", `${cellsPerPixel()}px`);
    drawn.hatch.setAttribute("patternTransform", `scale(${cellsPerPixel()})`);
    drawn.symbols.forEach((symbol, index) => symbol.toggleAttribute("data-needed", isSmall(index)));
    moveTo(active);
  }

  /** Shows the whole, and goes on doing so when the window changes, until the reader moves the map. */
  function fit() {
    const [west, north, east, south] = payload.view;
    const view = L.latLngBounds([units(west, south), units(east, north)]);
    let atHome = true;
    const home = () => {
      const paddingTopLeft = [6, narrow ? 46 : 6]; // room for the buttons, which cover nothing on wide screens
      map.setMinZoom(-9).setMaxZoom(9).fitBounds(view, { animate: false, paddingTopLeft, paddingBottomRight: [6, 6] });
      map.setMinZoom(map.getZoom() - 0.5).setMaxZoom(map.getZoom() + 5);
      atHome = true;
    };
    map.invalidateSize({ animate: false });
    home();
    rescale();
    map.setMaxBounds(view.pad(0.25));
    map.on("zoomend", rescale);
    map.on("dragstart zoomstart", () => { atHome = false; });
    map.on("resize", () => { if (atHome) home(); });
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
  }
};
