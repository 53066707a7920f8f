"use strict";

/** Distance in pixels from a point to a line from a to b. */
imageo.distanceTo = (x, y, ax, ay, bx, by) => {
  const dx = bx - ax;
  const dy = by - ay;
  const share = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
};

/**
 * The vector of `visible` nearest to a pixel, or -1. Every one is tried: 100,000 take a few milliseconds, less than an
 * index would take to be built anew after each filter and zoom.
 */
imageo.pickVector = (data, plane, visible, view, { x, y }, reach) => {
  const cellX = (x - view.x) / view.scale;
  const cellY = (y - view.y) / view.scale;
  const margin = reach / view.scale;
  let best = -1;
  let nearest = margin;
  const { x1, y1, x2, y2 } = data;
  const attempt = (i, ax, ay, bx, by) => {
    if (Math.max(ax, bx) < cellX - margin || Math.min(ax, bx) > cellX + margin) return;
    if (Math.max(ay, by) < cellY - margin || Math.min(ay, by) > cellY + margin) return;
    const distance = imageo.distanceTo(cellX, cellY, ax, ay, bx, by);
    if (distance >= nearest) return;
    nearest = distance;
    best = i;
  };
  for (const i of visible) {
    if (!plane.crossing[i]) attempt(i, x1[i], y1[i], x2[i], y2[i]);
    else for (const piece of plane.pieces(x1[i], y1[i], x2[i], y2[i])) attempt(i, ...piece);
  }
  return best;
};

/** The index of the flow nearest to a pixel, or -1; `shapes` are their points on the screen. */
imageo.pickFlow = (flows, nodes, pen, scale, view, { x, y }, reach) => {
  let best = -1;
  let nearest = Infinity;
  flows.forEach((flow, index) => {
    const parts = pen.shape(flow, nodes, view, scale);
    if (flow.from === flow.to) {
      const [[middle]] = parts;
      const away = Math.hypot(x - middle[0], y - middle[1]) - scale.radius(flow.count);
      if (Math.abs(away) < reach && Math.abs(away) < nearest) [best, nearest] = [index, Math.abs(away)];
      return;
    }
    for (const points of parts) {
      for (let at = 1; at < points.length; at += 1) {
        const away = imageo.distanceTo(x, y, ...points[at - 1], ...points[at]) - scale.width(flow.count) / 2;
        if (away < reach && away < nearest) [best, nearest] = [index, away];
      }
    }
  });
  return best;
};
