"use strict";

/**
 * Draws many vectors at once: how many pass each pixel is summed up class by class and shown as opacity. The canvas
 * itself takes seconds to fill 100,000 shapes; this takes tenths. A line weighs little where the photo was taken and
 * most where the model put it.
 */
imageo.density = (data, plane) => {
  const FAINT = 0.25; // weight at the thin end
  let sums = new Float32Array(0);

  /** Adds a line in pixels to `sums`, its weight running from `start` to `end`, spread over two pixels a step. */
  const add = (width, height, x1, y1, x2, y2, start, end) => {
    const dx = x2 - x1;
    const dy = y2 - y1;
    let first = 0; // the part of the line inside the canvas, as shares of it
    let last = 1;
    const clip = (direction, room) => {
      if (direction === 0) return room >= 0;
      const share = room / direction;
      if (direction < 0) first = Math.max(first, share);
      else last = Math.min(last, share);
      return true;
    };
    if (!clip(-dx, x1) || !clip(dx, width - 2 - x1) || !clip(-dy, y1) || !clip(dy, height - 2 - y1)) return;
    if (first > last) return;
    const steep = Math.abs(dy) > Math.abs(dx);
    const length = Math.max(Math.abs(dx), Math.abs(dy));
    const steps = Math.max(1, Math.ceil((last - first) * length));
    const share = (last - first) / steps;
    const stepX = dx * share;
    const stepY = dy * share;
    const stepWeight = (end - start) * share;
    let x = x1 + dx * first;
    let y = y1 + dy * first;
    let weight = length < 1 ? end : start + (end - start) * first; // a dot weighs in full
    const next = steep ? 1 : width;
    for (let step = 0; step < steps; step += 1) {
      const column = steep ? x | 0 : (x + 0.5) | 0;
      const row = steep ? (y + 0.5) | 0 : y | 0;
      const over = steep ? x - column : y - row;
      const at = row * width + column;
      sums[at] += weight * (1 - over);
      sums[at + next] += weight * over;
      x += stepX;
      y += stepY;
      weight += stepWeight;
    }
  };

  const bytes = (colour) => [1, 3, 5].map((from) => parseInt(colour.slice(from, from + 2), 16));

  /** `sums` as a film of one colour over `pixels`; `strength`: how opaque a line of weight 1 is. */
  const cover = (pixels, colour, strength) => {
    const [red, green, blue] = bytes(colour);
    for (let at = 0; at < sums.length; at += 1) {
      if (sums[at] === 0) continue;
      const film = 1 - 1 / (1 + strength * sums[at]);
      const to = 4 * at;
      const below = (pixels[to + 3] / 255) * (1 - film);
      const alpha = film + below;
      pixels[to] = (red * film + pixels[to] * below) / alpha;
      pixels[to + 1] = (green * film + pixels[to + 1] * below) / alpha;
      pixels[to + 2] = (blue * film + pixels[to + 2] * below) / alpha;
      pixels[to + 3] = 255 * alpha;
    }
  };

  /** `classes`: lists of vectors, `colours`: one each; the last is on top. */
  return (context, view, classes, colours, strength) => {
    const { width, height } = context.canvas;
    const ratio = width / view.width;
    const scale = view.scale * ratio;
    const left = view.x * ratio;
    const top = view.y * ratio;
    const { x1, y1, x2, y2 } = data;
    const image = context.createImageData(width, height);
    if (sums.length !== width * height) sums = new Float32Array(width * height);
    classes.forEach((chosen, index) => {
      if (chosen.length === 0) return;
      sums.fill(0);
      const line = (ax, ay, bx, by, start, end) =>
        add(width, height, ax * scale + left, ay * scale + top, bx * scale + left, by * scale + top, start, end);
      for (const i of chosen) {
        if (!plane.crossing[i]) line(x1[i], y1[i], x2[i], y2[i], FAINT, 1);
        else {
          const [one, two] = plane.pieces(x1[i], y1[i], x2[i], y2[i]);
          line(...one, FAINT, 0.6);
          line(...two, 0.6, 1);
        }
      }
      cover(image.data, colours[index], strength);
    });
    context.putImageData(image, 0, 0);
  };
};
