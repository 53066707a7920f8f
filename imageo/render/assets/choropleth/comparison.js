"use strict";

/** A small picture of a value between two ends: a whisker for the interval, if there is one, and a dot. */
imageo.whisker = ({ at, from, to }, isOnShow) => {
  const [width, height, margin] = [96, 16, 5];
  const x = (share) => (margin + share * (width - 2 * margin)).toFixed(1);
  const picture = imageo.svg("svg", {
    class: `whisker${isOnShow ? " on-show" : ""}`, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true",
  });
  picture.append(imageo.svg("path", { class: "track", d: `M${x(0)} 8H${x(1)}M${x(0)} 5v6M${x(0.5)} 6v4M${x(1)} 5v6` }));
  if (from !== null) picture.append(imageo.svg("path", { class: "bar", d: `M${x(from)} 8H${x(to)}` }));
  if (at !== null) picture.append(imageo.svg("circle", { class: "dot", cx: x(at), cy: 8, r: 3.6 }));
  return picture;
};

/** All runs in one region, the best first, the run on show marked. */
imageo.comparison = (payload, chosen, index) => {
  const { kind, label } = payload.measures[chosen.measure];
  const isRate = kind === "rate";
  const valueOf = (reading) => imageo.valueOf(payload, chosen, reading);
  const items = payload.runs
    .map((name, run) => ({ name, run, reading: imageo.read(payload, { ...chosen, run }, index) }))
    .sort((a, b) => {
      const [one, two] = [valueOf(a.reading), valueOf(b.reading)];
      if (one === null || two === null) return (one === null) - (two === null);
      return isRate ? two - one : one - two;
    });

  const onLogarithm = (distance) => Math.log10(Math.max(1, distance)) / Math.log10(imageo.farthest);
  const picture = ({ run, reading }) => {
    const isOnShow = run === chosen.run;
    if (isRate) return imageo.whisker({ at: reading.rate, from: perMille(reading.lower), to: perMille(reading.upper) }, isOnShow);
    return imageo.whisker({ at: reading.median === null ? null : onLogarithm(reading.median), from: null }, isOnShow);
  };
  const perMille = (share) => (share === null ? null : share / 1000);

  const cell = (tag, className, text) => imageo.element(tag, className, text);
  const row = (item) => {
    const line = imageo.element("tr", item.run === chosen.run ? "on-show" : item.run === chosen.other ? "other" : "");
    const name = cell("th", "run");
    name.scope = "row";
    name.append(imageo.element("bdi", "", item.name));
    if (item.run === chosen.run) name.append(imageo.element("span", "mark", "on show"));
    if (item.run === chosen.other) name.append(imageo.element("span", "mark", "compared with"));
    if (item.reading === null) {
      const none = cell("td", "nothing", "no images");
      none.colSpan = isRate ? 4 : 3;
      line.append(name, none);
      return line;
    }
    const { rate, n, median } = item.reading;
    const drawn = cell("td", "drawn");
    drawn.append(picture(item));
    if (isRate) {
      if (rate !== null) drawn.append(imageo.element("span", "bounds", imageo.interval(item.reading)));
      line.append(name, cell("td", "number", imageo.percent(rate)), drawn);
    } else {
      line.append(name, cell("td", "number", imageo.kilometres(median)), drawn);
    }
    line.append(cell("td", imageo.isEnough(payload, item.reading) ? "number" : "number few", imageo.count(n)));
    if (isRate) line.append(cell("td", "number", imageo.kilometres(median)));
    return line;
  };

  const table = imageo.element("table", "comparison");
  const { key, label: among } = payload.denominators[chosen.denominator];
  const counted = isRate || key !== "all" ? among.toLowerCase() : imageo.unanswered;
  const caption = imageo.element("caption", "", `${label}, ${counted}`);
  const head = imageo.element("tr", isRate ? "of-rates" : "of-distances");
  const titles = isRate
    ? ["Run", "Rate", "95 % interval", "Images", "Median error"]
    : ["Run", "Median", "1 to 20,015 km, logarithmic", "Images"];
  for (const title of titles) {
    const column = cell("th", "", title);
    column.scope = "col";
    head.append(column);
  }
  const [top, body] = [imageo.element("thead", ""), imageo.element("tbody", "")];
  top.append(head);
  body.append(...items.map(row));
  table.append(caption, top, body);
  return table;
};
