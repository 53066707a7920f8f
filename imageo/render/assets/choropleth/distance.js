"use strict";

imageo.farthest = 20015; // half of the Earth's circumference in kilometres: what no answer counts as
imageo.unanswered = `no answer counts as ${imageo.count(imageo.farthest)}\u00a0km`;

imageo.distanceRanges = (breaks) => {
  const told = (distance) => imageo.count(distance);
  const rising = breaks.map((edge, index) =>
    (index === 0 ? `below ${told(edge)}\u00a0km` : `${told(breaks[index - 1])}\u2013${told(edge)}\u00a0km`));
  return [...rising, `${told(breaks[breaks.length - 1])}\u00a0km or more`].reverse();
};

/** A look at the median errors of one run; see `imageo.rateLook`. */
imageo.distanceLook = (payload, chosen) => {
  const { breaks, label } = payload.measures[chosen.measure];
  const [singular] = payload.level;
  const isOfAll = payload.denominators[chosen.denominator].key === "all";
  const readings = payload.names.map((_, index) => imageo.read(payload, chosen, index));
  const medians = readings.map((reading) => (imageo.isEnough(payload, reading) ? reading.median : null));
  const isBetter = (a, b) => a < b;
  const ranks = imageo.ranks(medians, isBetter);
  const counted = isOfAll
    ? imageo.unanswered
    : "images without coordinates in the answer are left out";

  const states = readings.map((reading, index) => {
    if (reading === null) return "none";
    return medians[index] === null ? "thin" : `class-${breaks.length - imageo.classOf(breaks, medians[index])}`;
  });

  const rows = (index) => {
    const reading = readings[index];
    if (reading === null) return [["Images", "none"]];
    const { n, images, median } = reading;
    return [
      [isOfAll ? "Median error" : "Median error of answers", imageo.kilometres(median)],
      isOfAll ? ["Images", imageo.count(n)] : ["Answered images", `${imageo.count(n)} of ${imageo.count(images)}`],
      ...(ranks[index] ? [["Rank, best first", imageo.rankWords(ranks[index])]] : []),
    ];
  };

  const summary = (index) => {
    const reading = readings[index];
    if (reading === null) return "no images";
    if (reading.median === null) return `none of ${imageo.count(reading.images)} images answered with coordinates`;
    return `median error ${imageo.kilometres(reading.median)}, ${imageo.count(reading.n)} images`;
  };

  const sentence = () => {
    const start = `${payload.runs[chosen.run]}: median distance from the answer to the true place; ${counted}.`;
    const items = medians.map((value, index) => ({ value, index })).filter(({ value }) => value !== null);
    if (items.length === 0) return `${start} No ${singular} has ${payload.minimum} images or more.`;
    const range = imageo.extremes(payload, items, isBetter, imageo.kilometres);
    return `${start} In ${imageo.many(payload, items.length)} with at least ${payload.minimum} images: ${range}.`;
  };

  return {
    scale: "sequential",
    states,
    rows,
    summary,
    note: (index) => (states[index] === "thin" ? `Too few images for a colour (n < ${payload.minimum}).` : ""),
    classes: imageo.distanceRanges(breaks),
    heading: label,
    thin: `too few images (n\u00a0<\u00a0${payload.minimum})`,
    subtitle: `Each ${singular} is coloured by the median distance from the answers to the true places; darker is worse.`,
    sentence,
  };
};
