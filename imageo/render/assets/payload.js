"use strict";

const imageo = {};

/** Unpacks what is gzipped in the element `id`, JSON unless told, and hands it to `draw(map, payload)`; tells of a failure. */
imageo.start = async (map, id, draw, read = (response) => response.json()) => {
  const status = document.getElementById("status");
  try {
    const text = atob(document.getElementById(id).textContent.trim());
    const packed = new Uint8Array(text.length);
    for (let at = 0; at < packed.length; at += 1) packed[at] = text.charCodeAt(at); // a call a byte would be slow
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    draw(map, await read(new Response(stream)));
    document.documentElement.dataset.ready = "true";
    performance.mark("imageo:ready");
  } catch (problem) {
    status.textContent = "This map could not be drawn; it needs a browser of 2023 or later.";
    throw problem;
  }
};

imageo.element = (tag, className, text) => {
  const element = document.createElement(tag);
  element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};

imageo.svg = (tag, attributes) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

/** The pattern of what has too few images; six pixels wide until its patternTransform says otherwise. */
imageo.hatch = (id) => {
  const pattern = imageo.svg("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse" });
  pattern.append(
    imageo.svg("rect", { class: "hatch-ground", width: 6, height: 6 }),
    imageo.svg("path", { class: "hatch-line", d: "M-1 1l2-2M0 6l6-6M5 7l2-2" }),
  );
  return pattern;
};
