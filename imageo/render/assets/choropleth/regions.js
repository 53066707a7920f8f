"use strict";

/** The longer side, in cells, of a ring "Mx yldx dy dx dy ...z" of whole numbers. */
imageo.ringSize = (ring) => {
  const [, , ...steps] = ring.match(/-?\d+/g).map(Number);
  const reach = [0, 1].map((axis) => {
    let [at, low, high] = [0, 0, 0];
    for (let place = axis; place < steps.length; place += 2) {
      at += steps[place];
      low = Math.min(low, at);
      high = Math.max(high, at);
    }
    return high - low;
  });
  return Math.max(...reach);
};

/**
 * Draws the regions of `payload` as one SVG on a Leaflet map. The browser scales the SVG; what must keep its size on
 * the screen (strokes, hatch, symbols) is set anew after each zoom. A region is known by its index in the payload.
 */
imageo.regions = (map, payload) => {
  const CELLS_PER_UNIT = 16; // so that a map of 16384 cells is 1024 pixels wide at zoom 0
  const DEEPEST = 5; // doublings from the first view
  const narrow = matchMedia("(max-width: 640px)").matches;
  const smallPixels = narrow ? 2 : 4;
  const roomForButtons = narrow ? 46 : 6; // on wide screens the buttons stand beside the map
  const [width, height] = payload.size;
  const [west, north, east, south] = payload.view;
  const units = ([x, y]) => [-y / CELLS_PER_UNIT, x / CELLS_PER_UNIT];
  const cellsPerPixel = () => CELLS_PER_UNIT / map.getZoomScale(map.getZoom(), 0);

  const region = (tag, attributes, index) =>
    imageo.svg(tag, { ...attributes, "data-region": index, role: "button", tabindex: -1 });
  const svg = imageo.svg("svg", { class: "regions", viewBox: `0 0 ${width} ${height}`, role: "group" });
  const hatch = imageo.hatch("hatch");
  const paths = payload.paths.map((d, index) => region("path", { d }, index));
  const symbols = payload.symbols.map(([cx, cy], index) => region("circle", { cx, cy }, index));
  const spotted = imageo.svg("g", { class: "spots" });
  /** An outline with a halo, to be seen on any colour; `trace(d)` moves it. */
  const outline = (name) => {
    const lines = ["halo", name].map((className) => imageo.svg("path", { class: className, d: "" }));
    return { lines, trace: (d) => lines.forEach((line) => line.setAttribute("d", d)) };
  };
  const pinned = outline("pinned");
  const highlighted = outline("highlight");
  svg.append(
    hatch,
    ...payload.areas.map((d) => imageo.svg("path", { class: "area", d })),
    ...payload.lines.map((d) => imageo.svg("path", { class: "line", d })),
    ...payload.land.map((d) => imageo.svg("path", { class: "land", d })),
    ...paths,
    spotted,
    ...symbols,
    ...pinned.lines,
    ...highlighted.lines,
  );

  const isSmall = (index) => payload.reach[index] < smallPixels * cellsPerPixel();
  // Symbols of regions without images would hide those that tell something.
  const states = [];
  const needsSymbol = (index) => isSmall(index) && states[index] !== "none";

  /** The element that stands for a region at this zoom: its outline, or its symbol. */
  const elementOf = (index) => (needsSymbol(index) ? symbols[index] : paths[index]);

  /** The region that an element of the page belongs to, or -1. */
  const indexOf = (target) =>
    (target instanceof Element && "region" in target.dataset ? Number(target.dataset.region) : -1);

  const labels = [];
  const style = (index, state, label) => {
    if (states[index] === state && labels[index] === label) return; // most of thousands, most times
    states[index] = state;
    labels[index] = label;
    symbols[index].toggleAttribute("data-needed", needsSymbol(index));
    for (const element of [paths[index], symbols[index]]) {
      element.setAttribute("class", `region ${state}`);
      element.setAttribute("aria-label", label);
    }
  };

  const circle = ([x, y]) => {
    const r = Number(getComputedStyle(svg).getPropertyValue("--symbol")) * cellsPerPixel();
    return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
  };

  const outlineOf = (index) => (isSmall(index) ? circle(payload.symbols[index]) : payload.paths[index]);

  // A copy of the outline on top: moving the region itself to the top would take the focus from it.
  const highlight = (index) => highlighted.trace(outlineOf(index));
  const dim = () => highlighted.trace("");

  // Islets would be blots of ink.
  const withoutIslets = (d) => {
    const rings = d.match(/M[^M]*/g);
    const sizes = rings.map(imageo.ringSize);
    const least = Math.min(12 * cellsPerPixel(), Math.max(...sizes));
    return rings.filter((_, place) => sizes[place] >= least).join("");
  };
  const plainOutlineOf = (index) => (isSmall(index) ? outlineOf(index) : withoutIslets(payload.paths[index]));

  let pin = null;
  const setPin = (index) => {
    pin = index;
    pinned.trace(index === null ? "" : plainOutlineOf(index));
  };

  let spots = new Map();
  const drawSpots = () => spotted.replaceChildren(...[...spots].flatMap(([index, { isHigh }]) => {
    const d = plainOutlineOf(index);
    const kind = isHigh ? "spot-high" : "spot-low";
    return [imageo.svg("path", { class: "casing", d }), imageo.svg("path", { class: kind, d })];
  }));
  const setSpots = (found) => {
    spots = found;
    drawSpots();
  };

  /** Where a region stands on the screen. */
  const placeOf = (index) => {
    const box = map.getContainer().getBoundingClientRect();
    const point = map.latLngToContainerPoint(units(payload.symbols[index]));
    return { x: box.left + point.x, y: box.top + point.y };
  };

  const bringIntoView = (index) => {
    const place = units(payload.symbols[index]);
    if (!map.getBounds().contains(place)) map.panTo(place, { animate: false });
  };

  /** Enlarges the map until the largest part of a region fills a good part of it. */
  const zoomTo = (index) => {
    const [x, y] = payload.symbols[index];
    const half = Math.max(2 * payload.reach[index], 120);
    map.fitBounds([units([x - half, y + half]), units([x + half, y - half])], { animate: false });
  };

  const rescale = () => {
    svg.style.setProperty("--pixel", `${cellsPerPixel()}px`);
    hatch.setAttribute("patternTransform", `scale(${cellsPerPixel()})`);
    symbols.forEach((symbol, index) => symbol.toggleAttribute("data-needed", needsSymbol(index)));
    drawSpots();
    setPin(pin);
  };

  /** Shows the whole, and goes on doing so when the window changes, until the reader moves the map. */
  const fit = () => {
    const view = L.latLngBounds([units([west, south]), units([east, north])]);
    let atHome = true;
    const home = () => {
      map.setMinZoom(-9).setMaxZoom(9);
      map.fitBounds(view, { animate: false, paddingTopLeft: [6, roomForButtons], paddingBottomRight: [6, 6] });
      map.setMinZoom(map.getZoom() - 0.5).setMaxZoom(map.getZoom() + DEEPEST);
      atHome = true;
    };
    // Narrow screens make the map as high as it needs to be.
    document.querySelector(".frame").style.setProperty("--shape", (south - north) / (east - west));
    map.invalidateSize({ animate: false });
    home();
    map.setMaxBounds(view.pad(0.25));
    map.on("dragstart zoomstart", () => { atHome = false; });
    map.on("resize", () => { if (atHome) home(); });
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
  };

  L.svgOverlay(svg, [units([0, height]), units([width, 0])]).addTo(map);
  map.on("zoomend", rescale);
  return {
    svg, fit, rescale, style, elementOf, indexOf, highlight, dim, placeOf, bringIntoView, zoomTo, setPin, setSpots,
  };
};
