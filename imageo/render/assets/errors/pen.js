"use strict";

/** Colours, #rrggbb, as the style sheet has them now: five classes and one for none, ink, paper and focus. */
imageo.colours = () => {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    classes: [0, 1, 2, 3, 4].map((index) => read(`class-${index}`)),
    none: read("class-none"),
    ink: read("ink"),
    paper: read("paper"),
    focus: read("focus"),
  };
};

/** Draws vectors and flows; knows the canvas, not the page. */
imageo.pen = (data, plane) => {
  const BATCH = 400; // wedges a path: longer paths take longer to fill than their parts
  const MANY = 3000; // vectors on the screen above which each one is a thin line among others
  const density = imageo.density(data, plane);

  /** A wedge, thin where the photo was taken, thick where the model put it; a dot where it would be shorter. */
  const wedge = (context, view, [x1, y1, x2, y2], half, thin = 0) => {
    const left = x1 * view.scale + view.x;
    const top = y1 * view.scale + view.y;
    const right = x2 * view.scale + view.x;
    const bottom = y2 * view.scale + view.y;
    if (Math.max(left, right) < 0 || Math.min(left, right) > view.width) return;
    if (Math.max(top, bottom) < 0 || Math.min(top, bottom) > view.height) return;
    const length = Math.hypot(right - left, bottom - top);
    if (length < 2 * half) {
      context.rect(right - half, bottom - half, 2 * half, 2 * half);
      return;
    }
    const nx = (-(bottom - top) / length);
    const ny = ((right - left) / length);
    context.moveTo(left + nx * thin, top + ny * thin);
    context.lineTo(right + nx * half, bottom + ny * half);
    context.lineTo(right - nx * half, bottom - ny * half);
    context.lineTo(left - nx * thin, top - ny * thin);
  };

  const trace = (context, view, i, half) => {
    const { x1, y1, x2, y2 } = data;
    if (!plane.crossing[i]) {
      wedge(context, view, [x1[i], y1[i], x2[i], y2[i]], half);
      return;
    }
    const [first, second] = plane.pieces(x1[i], y1[i], x2[i], y2[i]);
    wedge(context, view, first, half / 2);
    wedge(context, view, second, half, half / 2);
  };

  const fillAll = (context, view, chosen, half) => {
    context.beginPath();
    chosen.forEach((i, at) => {
      trace(context, view, i, half);
      if (at % BATCH === BATCH - 1) {
        context.fill();
        context.beginPath();
      }
    });
    context.fill();
  };

  /** Dots where the photos of these vectors were taken. */
  const origins = (context, view, chosen, radius, colours) => {
    context.beginPath();
    for (const i of chosen) {
      const x = data.x1[i] * view.scale + view.x;
      const y = data.y1[i] * view.scale + view.y;
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
    context.fillStyle = colours.paper;
    context.strokeStyle = colours.ink;
    context.lineWidth = 1;
    context.fill();
    context.stroke();
  };

  const isOnScreen = (view, i) => {
    if (plane.crossing[i]) return true;
    const { x1, y1, x2, y2 } = data;
    const west = -view.x / view.scale;
    const north = -view.y / view.scale;
    const east = west + view.width / view.scale;
    const south = north + view.height / view.scale;
    return (x1[i] > west || x2[i] > west) && (x1[i] < east || x2[i] < east)
      && (y1[i] > north || y2[i] > north) && (y1[i] < south || y2[i] < south);
  };

  /** Vectors, the nearest on top, fainter the more there are, or `dimmed`; `classOf(i)` is 0 to 4, or -1 for none. */
  const vectors = (context, view, visible, classOf, colours, dimmed) => {
    const classes = [[], [], [], [], [], []];
    let many = 0;
    for (let at = visible.length - 1; at >= 0; at -= 1) {
      if (isOnScreen(view, visible[at])) {
        classes[classOf(visible[at]) + 1].push(visible[at]);
        many += 1;
      }
    }
    const layers = [0, 5, 4, 3, 2, 1];
    const colourOf = (index) => (index ? colours.classes[index - 1] : colours.none);
    if (many > MANY) {
      const strength = Math.max(0.1, Math.min(0.9, 4000 / many)) * (dimmed ? 0.3 : 1);
      density(context, view, layers.map((index) => classes[index]), layers.map(colourOf), strength);
      return;
    }
    context.save();
    context.globalAlpha = (many > 500 ? 0.65 : 0.85) * (dimmed ? 0.4 : 1);
    for (const index of layers) {
      context.fillStyle = colourOf(index);
      fillAll(context, view, classes[index], many > 1000 ? 1 : 1.4);
    }
    context.globalAlpha = 0.7;
    if (many <= 500) origins(context, view, classes.flat(), 2, colours);
    context.restore();
  };

  /** One vector that stands out from all others. */
  const vector = (context, view, i, colours) => {
    context.save();
    context.fillStyle = colours.paper;
    fillAll(context, view, [i], 5);
    context.fillStyle = colours.focus;
    fillAll(context, view, [i], 3);
    origins(context, view, [i], 4, colours);
    context.restore();
  };

  return { vectors, vector };
};
