"use strict";

/** A canvas over the map that `paint(context, view)` fills; `view` tells how cells become pixels. */
imageo.canvasLayer = (map, paint) => {
  const CELLS_PER_UNIT = 64; // so that a map of 65536 cells is 1024 pixels wide at zoom 0
  const SLOW = 40; // milliseconds: a slower painting waits until the map stands still
  const canvas = L.DomUtil.create("canvas", "lines", map.getPanes().overlayPane);
  const context = canvas.getContext("2d");
  canvas.setAttribute("aria-hidden", "true"); // the table beside the map says it in words
  let lasted = 0;
  let asked = 0;

  const view = () => {
    const { x: width, y: height } = map.getSize();
    const origin = map.latLngToContainerPoint([0, 0]);
    return { scale: map.getZoomScale(map.getZoom(), 0) / CELLS_PER_UNIT, x: origin.x, y: origin.y, width, height };
  };

  const redraw = () => {
    cancelAnimationFrame(asked);
    asked = 0;
    const now = view();
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(now.width * ratio);
    const height = Math.round(now.height * ratio);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      canvas.style.setProperty("width", `${now.width}px`);
      canvas.style.setProperty("height", `${now.height}px`);
    }
    L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, now.width, now.height);
    const start = performance.now();
    paint(context, now);
    lasted = performance.now() - start;
  };

  const soon = () => { asked = asked || requestAnimationFrame(redraw); };
  map.on("move", () => { if (lasted < SLOW) soon(); });
  map.on("moveend zoomend resize viewreset", soon);
  return { canvas, redraw, soon, view };
};
