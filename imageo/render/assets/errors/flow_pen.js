"use strict";

/** Draws flows as arrows that bend to the right, so that the two directions do not hide each other. */
imageo.flowPen = (plane) => {
  const WIDEST = 10;
  const GAP = 5; // pixels around the middle of a country without a ring
  const BEND = 0.14;
  const NAMED = 24; // nodes whose names are tried

  /** Widths in pixels: in proportion to the number of answers, within one node to the area of a ring. */
  const scaleOf = (flows) => {
    const between = flows.find((flow) => flow.from !== flow.to);
    const within = flows.find((flow) => flow.from === flow.to);
    const largest = between ? between.count : 1;
    const most = Math.max(largest, within ? within.count : 1);
    return {
      largest,
      within: within ? within.count : 0,
      width: (count) => Math.max(1, (WIDEST * count) / largest),
      radius: (count) => Math.max(3, 14 * Math.sqrt(count / most)),
      rings: new Map(flows.filter((flow) => flow.from === flow.to).map((flow) => [flow.from, flow.count])),
    };
  };

  /** Where arrows from and to a node end, pixels from its middle: outside its ring. */
  const reachOf = (scale, node) => (scale.rings.has(node) ? scale.radius(scale.rings.get(node)) + 2 : GAP);

  /** The points of a flow on the screen, one list a piece; a ring has no more than its middle. */
  const shape = (flow, nodes, view, scale) => {
    const px = (x) => x * view.scale + view.x;
    const py = (y) => y * view.scale + view.y;
    if (flow.from === flow.to) return [[[px(nodes.x[flow.from]), py(nodes.y[flow.from])]]];
    const parts = plane.pieces(nodes.x[flow.from], nodes.y[flow.from], nodes.x[flow.to], nodes.y[flow.to]);
    const away = (points, [x, y], distance) => {
      const kept = points.filter((point) => Math.hypot(point[0] - x, point[1] - y) >= distance);
      return kept.length > 8 ? kept : points;
    };
    const start = [px(nodes.x[flow.from]), py(nodes.y[flow.from])];
    const end = [px(nodes.x[flow.to]), py(nodes.y[flow.to])];
    return parts.map(([x1, y1, x2, y2]) => {
      const [ax, ay, bx, by] = [px(x1), py(y1), px(x2), py(y2)];
      const bend = parts.length > 1 ? 0 : BEND;
      const cx = (ax + bx) / 2 - (by - ay) * bend;
      const cy = (ay + by) / 2 + (bx - ax) * bend;
      const points = Array.from({ length: 33 }, (_, step) => {
        const t = step / 32;
        const [a, c, b] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
        return [a * ax + c * cx + b * bx, a * ay + c * cy + b * by];
      });
      return away(away(points, start, reachOf(scale, flow.from)), end, reachOf(scale, flow.to));
    });
  };

  const ring = (context, [x, y], radius, colour, alpha) => {
    context.globalAlpha = alpha;
    context.strokeStyle = colour;
    context.lineWidth = 2.5;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
    context.globalAlpha = alpha * 0.2;
    context.fillStyle = colour;
    context.fill();
  };

  const arrow = (context, points, width, colour, alpha, { isFirst, isLast }) => {
    const [tipX, tipY] = points[points.length - 1];
    const [startX, startY] = points[0];
    const span = Math.hypot(tipX - startX, tipY - startY);
    const head = isLast ? Math.min(span * 0.6, 5 + width * 1.1) : 0;
    // The shaft ends where the head begins.
    const shaft = points.filter(([x, y]) => Math.hypot(tipX - x, tipY - y) >= head * 0.8);
    const fade = context.createLinearGradient(startX, startY, tipX, tipY);
    fade.addColorStop(0, `${colour}${isFirst ? "40" : "b0"}`);
    fade.addColorStop(isLast ? 0.75 : 1, isLast ? colour : `${colour}b0`);
    context.globalAlpha = alpha;
    context.strokeStyle = fade;
    context.lineWidth = width;
    context.beginPath();
    shaft.forEach(([x, y], at) => (at ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.stroke();
    if (!isLast || shaft.length === 0) return;
    const [backX, backY] = shaft[shaft.length - 1];
    const length = Math.hypot(tipX - backX, tipY - backY) || 1;
    const half = head * 0.55;
    const nx = (-(tipY - backY) / length) * half;
    const ny = ((tipX - backX) / length) * half;
    context.fillStyle = colour;
    context.beginPath();
    context.moveTo(tipX, tipY);
    context.lineTo(backX + nx, backY + ny);
    context.lineTo(backX - nx, backY - ny);
    context.fill();
  };

  const flow = (context, view, item, nodes, scale, colour, alpha, extra = 0) => {
    context.save();
    const parts = shape(item, nodes, view, scale);
    if (item.from === item.to) ring(context, parts[0][0], scale.radius(item.count) + extra, colour, alpha);
    else {
      parts.forEach((points, at) => {
        const ends = { isFirst: at === 0, isLast: at === parts.length - 1 };
        arrow(context, points, scale.width(item.count) + extra, colour, alpha, ends);
      });
    }
    context.restore();
  };

  /** Names of the nodes that most answers start or end at, where there is room for them. */
  const names = (context, view, flows, nodes, scale, colours) => {
    const weights = new Map();
    for (const { from, to, count } of flows) {
      for (const node of [from, to]) weights.set(node, (weights.get(node) || 0) + count);
    }
    const taken = [];
    const isFree = (box) => box[0] > 2 && box[1] > 2 && box[2] < view.width - 2 && box[3] < view.height - 2
      && taken.every((other) => box[0] > other[2] || box[2] < other[0] || box[1] > other[3] || box[3] < other[1]);
    context.save();
    context.font = "600 11px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 3;
    context.strokeStyle = colours.paper;
    context.fillStyle = colours.ink;
    for (const [node] of [...weights].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, NAMED)) {
      const text = nodes.labels[node].length > 24 ? `${nodes.labels[node].slice(0, 23)}\u2026` : nodes.labels[node];
      const wide = context.measureText(text).width;
      const x = nodes.x[node] * view.scale + view.x;
      const y = nodes.y[node] * view.scale + view.y;
      const reach = reachOf(scale, node) + 3;
      const spots = [[x + reach, y], [x - reach - wide, y], [x - wide / 2, y + reach + 6], [x - wide / 2, y - reach - 6]];
      const spot = spots.find(([left, middle]) => isFree([left - 2, middle - 8, left + wide + 2, middle + 8]));
      if (!spot) continue;
      taken.push([spot[0] - 2, spot[1] - 8, spot[0] + wide + 2, spot[1] + 8]);
      context.strokeText(text, ...spot);
      context.fillText(text, ...spot);
    }
    context.restore();
  };

  return { scaleOf, shape, flow, names };
};
