"use strict";

/** The plane of Equal Earth in cells of the payload: where its edges are, and how lines cross them. */
imageo.plane = (data) => {
  const MIDDLE = 32768;
  const [northings, halves] = data.edge;
  const half = new Float32Array(northings[northings.length - 1] + 2);
  for (let step = 1; step < northings.length; step += 1) {
    const from = northings[step - 1];
    const span = Math.max(1, northings[step] - from);
    for (let y = from; y <= northings[step]; y += 1) {
      half[y] = halves[step - 1] + ((halves[step] - halves[step - 1]) * (y - from)) / span;
    }
  }
  const halfAt = (y) => half[Math.max(0, Math.min(half.length - 2, Math.round(y)))] || 1;

  /** Longitude in half turns, -1 to 1: on a parallel, x runs evenly with longitude. */
  const turn = (x, y) => (x - MIDDLE) / halfAt(y);

  /**
   * The straight pieces of the short way from one point to another, [x1, y1, x2, y2] each: one, or two that end at
   * the edges of the map.
   */
  const pieces = (x1, y1, x2, y2) => {
    const start = turn(x1, y1);
    const end = turn(x2, y2);
    if (Math.abs(start - end) <= 1) return [[x1, y1, x2, y2]];
    const share = (1 - Math.abs(start)) / (2 - Math.abs(start - end));
    const y = y1 + (y2 - y1) * Math.max(0, Math.min(1, share));
    const edge = Math.sign(start) * halfAt(y);
    return [[x1, y1, MIDDLE + edge, y], [MIDDLE - edge, y, x2, y2]];
  };

  /** Of every vector: does its short way cross 180 degrees? */
  const crossing = new Uint8Array(data.size);
  for (let i = 0; i < data.size; i += 1) {
    crossing[i] = Math.abs(turn(data.x1[i], data.y1[i]) - turn(data.x2[i], data.y2[i])) > 1 ? 1 : 0;
  }
  return { pieces, crossing };
};
