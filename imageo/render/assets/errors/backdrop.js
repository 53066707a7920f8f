"use strict";

// Cells of the drawing a unit of the map: 16384 cells are 1024 pixels wide at zoom 0.
imageo.backdropUnits = ([x, y]) => [-y / 16, x / 16];

/** The globe, a graticule and the outlines of countries, as three kinds of path under all lines. */
imageo.backdrop = (map, data) => {
  const [width, height] = data.extent;
  const svg = imageo.svg("svg", { class: "backdrop", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  svg.append(
    ...data.areas.map((d) => imageo.svg("path", { class: "area", d })),
    ...data.lines.map((d) => imageo.svg("path", { class: "line", d })),
    imageo.svg("path", { class: "land", d: data.land }),
  );
  const overlay = L.svgOverlay(svg, [imageo.backdropUnits([0, height]), imageo.backdropUnits([width, 0])]);
  overlay.addTo(map);
  overlay.bringToBack();
};

/** The box, west to south, that holds all photos but the outermost: 2 in 100 on each side. */
imageo.photoBounds = (data) => {
  const between = (values) => {
    const sorted = Float64Array.from(values).sort();
    const cut = Math.floor(sorted.length / 50);
    return [sorted[cut] / 4, sorted[sorted.length - 1 - cut] / 4];
  };
  const [west, east] = between(data.x1);
  const [north, south] = between(data.y1);
  const margin = 150 + 0.1 * Math.max(east - west, south - north);
  return L.latLngBounds([
    imageo.backdropUnits([west - margin, south + margin]),
    imageo.backdropUnits([east + margin, north - margin]),
  ]);
};

/** Two buttons below those for zooming: the whole world, and where the photos were taken. */
imageo.viewButtons = (map, views) => {
  const control = L.control({ position: "topleft" });
  control.onAdd = () => {
    const bar = imageo.element("div", "views");
    for (const [label, show] of Object.entries(views)) {
      const button = imageo.element("button", "view", label);
      button.type = "button";
      button.addEventListener("click", show);
      bar.append(button);
    }
    L.DomEvent.disableClickPropagation(bar);
    return bar;
  };
  control.addTo(map);
};

/** Shows the whole, and goes on doing so when the window changes, until the reader moves the map. */
imageo.fitWorld = (map, data) => {
  const [west, north, east, south] = data.view;
  const view = L.latLngBounds([imageo.backdropUnits([west, south]), imageo.backdropUnits([east, north])]);
  const narrow = matchMedia("(max-width: 640px)").matches;
  let atHome = true;
  const home = () => {
    map.setMinZoom(-9).setMaxZoom(9);
    map.fitBounds(view, { animate: false, paddingTopLeft: [4, narrow ? 46 : 4], paddingBottomRight: [4, 4] });
    map.setMinZoom(map.getZoom() - 0.5).setMaxZoom(map.getZoom() + 5);
    atHome = true;
  };
  map.invalidateSize({ animate: false });
  home();
  map.setMaxBounds(view.pad(0.25));
  map.on("dragstart zoomstart", () => { atHome = false; });
  map.on("resize", () => { if (atHome) home(); });
  imageo.viewButtons(map, {
    World: home,
    Photos: () => {
      atHome = false;
      map.fitBounds(imageo.photoBounds(data), { animate: false });
    },
  });
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
};
