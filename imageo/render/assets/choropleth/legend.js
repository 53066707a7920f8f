"use strict";

/** Writes the legend: one swatch a class with the number of its regions, what is no class, and outlines. */
imageo.legend = (box, payload, look, counts, outlines) => {
  const [, plural] = payload.level;
  const entry = (state, label) => {
    const item = imageo.element("li", `entry ${state}`);
    const swatch = imageo.svg("svg", { class: "swatch", "aria-hidden": "true" });
    if (state === "thin") swatch.append(imageo.hatch("hatch-swatch"));
    if (state.startsWith("spot")) {
      const line = { x1: "4%", x2: "96%", y1: "50%", y2: "50%" };
      swatch.append(imageo.svg("line", { class: "casing", ...line }), imageo.svg("line", { class: state, ...line }));
    } else {
      swatch.append(imageo.svg("rect", { class: state, width: "100%", height: "100%" }));
    }
    item.append(swatch, imageo.element("span", "label", label), imageo.element("span", "count", `${counts[state] || 0}`));
    return item;
  };

  const classes = imageo.element("ul", `classes ${look.scale}`);
  classes.append(...look.classes.map((label, index) => entry(`class-${index}`, label)));
  const others = imageo.element("ul", "others");
  others.append(
    entry("thin", look.thin),
    entry("none", "no images"),
    ...outlines.entries.map(([state, label]) => entry(state, label)),
  );
  const remarks = [look.remark, outlines.remark].filter(Boolean).join(" ");
  box.replaceChildren(
    imageo.element("p", "heading", `${look.heading}, and number of ${plural}`),
    classes,
    others,
    ...(remarks ? [imageo.element("p", "remark", remarks)] : []),
  );
};
