"use strict";

/** Writes the legend: one swatch a class with the number of its regions, and what is no class. */
imageo.legend = (box, payload, measure, counts) => {
  const percent = (share) => `${Math.round(share * 100)}`;
  const edges = [0, ...measure.breaks, 1];
  const range = (index) => {
    if (index === 0) return `below ${percent(edges[1])}\u00a0%`;
    return `${percent(edges[index])}\u2013${percent(edges[index + 1])}\u00a0%`;
  };
  const [, plural] = payload.level;
  const entry = (state, label) => {
    const item = imageo.element("li", `entry ${state}`);
    const swatch = imageo.svg("svg", { class: "swatch", "aria-hidden": "true" });
    if (state === "thin") swatch.append(imageo.hatch("hatch-swatch"));
    swatch.append(imageo.svg("rect", { class: state, width: "100%", height: "100%" }));
    item.append(swatch, imageo.element("span", "label", label), imageo.element("span", "count", `${counts[state] || 0}`));
    return item;
  };

  const classes = imageo.element("ul", "classes");
  for (let index = 0; index < edges.length - 1; index += 1) classes.append(entry(`class-${index}`, range(index)));
  const others = imageo.element("ul", "others");
  others.append(
    entry("thin", `too few images (n < ${payload.minimum})`),
    entry("none", "no images"),
  );
  box.replaceChildren(
    imageo.element("p", "heading", `${measure.label}, and number of ${plural}`),
    classes,
    others,
  );
};
