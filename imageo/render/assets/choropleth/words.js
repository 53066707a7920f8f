"use strict";

imageo.percent = (share) => (share === null ? "\u2013" : `${(100 * share).toFixed(1)}\u00a0%`);
imageo.perMille = (share) => (share === null ? "\u2013" : `${(share / 10).toFixed(1)}\u00a0%`);

imageo.whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
imageo.count = (number) => imageo.whole.format(number);

imageo.kilometres = (distance) => {
  if (distance === null) return "\u2013";
  const digits = distance < 10 ? 2 : 1;
  return `${distance < 100 ? distance.toFixed(digits) : imageo.count(distance)}\u00a0km`;
};

/** One line on a region, for readers who hear the map. */
imageo.summary = (reading) => {
  if (reading === null) return "no images";
  const { n, correct, rate, lower, upper, images } = reading;
  if (rate === null) return `none of ${imageo.count(images)} images answered`;
  const interval = `95 percent interval ${imageo.perMille(lower)} to ${imageo.perMille(upper)}`;
  return `${imageo.percent(rate)}, ${imageo.count(correct)} of ${imageo.count(n)} images, ${interval}`;
};

/** The lines of a tooltip as [label, value] pairs. */
imageo.rows = (reading, denominator) => {
  if (reading === null) return [["Images", "none"]];
  const { n, correct, rate, lower, upper, shrunk, median, images } = reading;
  const all = denominator === "all";
  return [
    ["Rate", imageo.percent(rate)],
    ["95 % interval", lower === null ? "\u2013" : `${imageo.perMille(lower)} to ${imageo.perMille(upper)}`],
    ["Correct", imageo.count(correct)],
    all ? ["Images", imageo.count(n)] : ["Answered images", `${imageo.count(n)} of ${imageo.count(images)}`],
    ["Shrunk rate", imageo.perMille(shrunk)],
    [all ? "Median error" : "Median error of answers", imageo.kilometres(median)],
  ];
};

/** What the map shows at the moment, in a sentence. */
imageo.sentence = (payload, chosen, readings) => {
  const [singular, plural] = payload.level;
  const { meaning } = payload.measures[chosen.measure];
  const many = (number) => `${imageo.count(number)}\u00a0${number === 1 ? singular : plural}`;
  const coloured = readings
    .map((reading, index) => ({ reading, name: payload.names[index] }))
    .filter(({ reading }) => reading !== null && reading.rate !== null && reading.n >= payload.minimum)
    .sort((a, b) => a.reading.rate - b.reading.rate);
  const start = `${payload.runs[chosen.run]}: how often ${meaning}.`;
  if (coloured.length === 0) return `${start} No ${singular} has ${payload.minimum} images or more.`;
  const worst = coloured[0];
  const best = coloured[coloured.length - 1];
  const told = ({ reading, name }) => `${imageo.percent(reading.rate)} (${name})`;
  const range = coloured.length === 1 ? told(worst) : `from ${told(worst)} to ${told(best)}`;
  return `${start} In ${many(coloured.length)} with at least ${payload.minimum} images: ${range}.`;
};
