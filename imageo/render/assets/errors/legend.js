"use strict";

/** Explains lines and arrows, with the number of vectors in each class. */
imageo.errorLegend = (box, { showsVectors, showsFlows, byConfidence, counts, scale, one }) => {
  const picture = (width, height, ...shapes) => {
    const svg = imageo.svg("svg", { class: "sign", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
    svg.append(...shapes);
    return svg;
  };
  const entry = (sign, label, count) => {
    const item = imageo.element("li", "entry");
    item.append(sign, imageo.element("span", "label", label));
    if (count !== undefined) item.append(imageo.element("span", "count", imageo.count(count)));
    return item;
  };
  const list = (className, heading, entries) => {
    const part = imageo.element("section", "part");
    const items = imageo.element("ul", className);
    items.append(...entries);
    part.append(imageo.element("h2", "heading", heading), items);
    return part;
  };
  const swatch = (name) => picture(22, 12, imageo.svg("rect", { class: name, width: 22, height: 12, rx: 2 }));

  const [a, b, c, d] = imageo.classEdges.map(imageo.count);
  const distances = [`below ${a}\u00a0km`, `${a}\u2013${b}\u00a0km`, `${b}\u2013${c}\u00a0km`, `${c}\u2013${d}\u00a0km`, `${d}\u00a0km or more`];
  const confidences = ["1, least sure", "2", "3", "4", "5, surest"];
  const classes = (labels, withCounts) => labels.map((label, at) =>
    entry(swatch(`class-${at}`), label, withCounts ? counts[at + 1] : undefined));

  const parts = [];
  if (showsVectors) {
    const wedge = picture(64, 12,
      imageo.svg("path", { class: "ink", d: "M5 6L60 2.5v7z" }), imageo.svg("circle", { class: "origin", cx: 5, cy: 6, r: 3 }));
    parts.push(list("signs", "Vectors", [entry(wedge, "from where the photo was taken (thin, faint end) to where the model put it (thick, strong end)")]));
    const coloured = classes(byConfidence ? confidences : distances, true);
    if (byConfidence) coloured.push(entry(swatch("class-none"), "none stated", counts[0]));
    parts.push(list("classes", byConfidence ? "Stated confidence, and number of vectors" : "Distance, and number of vectors", coloured));
  }
  if (showsFlows && scale) {
    const arrow = (width) => picture(58, 24,
      imageo.svg("path", { class: "ink", d: `M0 ${12 - width / 2}h40v${width}h-40z` }),
      imageo.svg("path", { class: "ink", d: `M40 ${12 - 4 - width / 2}L56 12L40 ${12 + 4 + width / 2}z` }));
    const sizes = [scale.largest, Math.round(scale.largest / 4)].filter((count, at) => count > 0 && (at === 0 || scale.largest >= 8));
    const ring = picture(24, 24, imageo.svg("circle", { class: "ring", cx: 12, cy: 12, r: 9 }));
    const signs = sizes.map((count) => entry(arrow(scale.width(count)), imageo.many(count, "answer")));
    if (scale.within) signs.push(entry(ring, `wrong within one ${one}: area by number`));
    parts.push(list("signs", "Flows, width by number of answers", signs));
    if (!showsVectors || byConfidence) parts.push(list("classes", "Colour of flows: median distance", classes(distances, false)));
  }
  box.replaceChildren(...parts);
};
