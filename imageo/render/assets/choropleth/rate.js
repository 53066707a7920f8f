"use strict";

/**
 * A look at the rates of one run. Looks tell all that the page shows of a choice: per region `states` ("none": no
 * image, "thin": too few, "class-0" the worst and up), `rows`, `summary` and `note`; and for the whole `classes` (the
 * words of the legend, worst first), `heading`, `subtitle`, `sentence` and `scale`.
 */
imageo.rateLook = (payload, chosen) => {
  const { breaks, label, meaning } = payload.measures[chosen.measure];
  const [singular] = payload.level;
  const isOfAll = payload.denominators[chosen.denominator].key === "all";
  const readings = payload.names.map((_, index) => imageo.read(payload, chosen, index));
  const rates = readings.map((reading) => (imageo.isEnough(payload, reading) ? reading.rate : null));
  const isBetter = (a, b) => a > b;
  const ranks = imageo.ranks(rates, isBetter);

  const states = readings.map((reading, index) => {
    if (reading === null) return "none";
    return rates[index] === null ? "thin" : `class-${imageo.classOf(breaks, rates[index])}`;
  });

  const rows = (index) => {
    const reading = readings[index];
    if (reading === null) return [["Images", "none"]];
    const { n, images } = reading;
    return [
      ["Rate", imageo.percent(reading.rate)],
      ["95 % interval", imageo.interval(reading)],
      ["Correct", imageo.count(reading.correct)],
      isOfAll ? ["Images", imageo.count(n)] : ["Answered images", `${imageo.count(n)} of ${imageo.count(images)}`],
      ["Shrunk rate", imageo.perMille(reading.shrunk)],
      [isOfAll ? "Median error" : "Median error of answers", imageo.kilometres(reading.median)],
      ...(ranks[index] ? [["Rank, best first", imageo.rankWords(ranks[index])]] : []),
    ];
  };

  const summary = (index) => {
    const reading = readings[index];
    if (reading === null) return "no images";
    const { n, correct, rate, lower, upper, images } = reading;
    if (rate === null) return `none of ${imageo.count(images)} images answered`;
    const interval = `95 percent interval ${imageo.perMille(lower)} to ${imageo.perMille(upper)}`;
    return `${imageo.percent(rate)}, ${imageo.count(correct)} of ${imageo.count(n)} images, ${interval}`;
  };

  const sentence = () => {
    const start = `${payload.runs[chosen.run]}: how often ${meaning}.`;
    const items = rates.map((value, index) => ({ value, index })).filter(({ value }) => value !== null);
    if (items.length === 0) return `${start} No ${singular} has ${payload.minimum} images or more.`;
    const range = imageo.extremes(payload, items, isBetter, imageo.percent);
    return `${start} In ${imageo.many(payload, items.length)} with at least ${payload.minimum} images: ${range}.`;
  };

  const edges = [0, ...breaks, 1].map((share) => Math.round(100 * share));
  const classes = edges.slice(1).map((edge, index) =>
    (index === 0 ? `below ${edge}\u00a0%` : `${edges[index]}\u2013${edge}\u00a0%`));

  return {
    scale: "sequential",
    states,
    rows,
    summary,
    note: (index) => (states[index] === "thin" ? `Too few images for a colour (n < ${payload.minimum}).` : ""),
    classes,
    heading: label,
    thin: `too few images (n\u00a0<\u00a0${payload.minimum})`,
    subtitle: null, // the one that the page came with
    sentence,
  };
};
