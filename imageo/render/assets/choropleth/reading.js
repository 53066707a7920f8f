"use strict";

/** Puts the numbers of a measure where only the place of an equal one stands; see `without_repeats`. */
imageo.unpack = (payload) => {
  for (const runs of Object.values(payload.values)) {
    for (const measures of runs) {
      measures.forEach((numbers, place) => { if (!Array.isArray(numbers)) measures[place] = measures[numbers]; });
    }
  }
};

/** What `payload` tells of a region under a choice of run, measure and denominator; null where it has no image. */
imageo.read = (payload, chosen, index) => {
  const rated = payload.rated[index];
  if (rated === null) return null;
  const { source } = payload.measures[chosen.measure];
  const cell = (column, twin) => {
    const number = payload.values[column][chosen.run][source][rated];
    return number === -1 ? cell(twin) : number; // over all images the same as over the answers
  };
  const { key } = payload.denominators[chosen.denominator];
  const images = cell("n_all");
  if (!images) return null;
  const n = key === "all" ? images : cell("n_answered");
  const correct = cell("n_correct");
  const [lower, upper] = payload.intervals[`${correct}/${n}`] || [null, null];
  return {
    images,
    n,
    correct,
    rate: n ? correct / n : null,
    lower,
    upper,
    shrunk: cell(`shrunk_rate_${key}`, "shrunk_rate_answered"),
    median: cell(key === "all" ? "error_km_median_bounded" : "error_km_median_answered", "error_km_median_answered"),
  };
};

/** What is coloured of a reading: its rate, or its median error; null where it has none. */
imageo.valueOf = (payload, chosen, reading) => {
  if (reading === null) return null;
  return payload.measures[chosen.measure].kind === "rate" ? reading.rate : reading.median;
};

imageo.isEnough = (payload, reading) => reading !== null && reading.n >= payload.minimum;

/** The class of a number among boundaries; a class holds its lower one. Sums of fractions are a hair off. */
imageo.classOf = (breaks, number) => breaks.filter((edge) => number >= edge - 1e-9).length;

/** The same of a difference and boundaries on both sides of 0: each class holds the one nearer to 0, on either side. */
imageo.classOfDifference = (breaks, number) =>
  breaks.filter((edge) => (edge < 0 ? number > edge + 1e-9 : number >= edge - 1e-9)).length;

/** Places from the best, 1, among numbers that are not null: { place, among, ties } or null. */
imageo.ranks = (numbers, isBetter) => {
  const ordered = numbers.filter((number) => number !== null).sort((a, b) => (isBetter(a, b) ? -1 : 1));
  const first = new Map();
  const ties = new Map();
  ordered.forEach((number, position) => {
    if (!first.has(number)) first.set(number, position + 1);
    ties.set(number, (ties.get(number) || 0) + 1);
  });
  return numbers.map((number) => (number === null
    ? null
    : { place: first.get(number), among: ordered.length, ties: ties.get(number) }));
};

/** From the worst to the best of `items` ({ value, index }) in words, or that of the only one. */
imageo.extremes = (payload, items, isBetter, told) => {
  const ordered = [...items].sort((a, b) => (isBetter(a.value, b.value) ? 1 : -1));
  const words = ({ value, index }) => `${told(value)} (${payload.names[index]})`;
  const worst = ordered[0];
  const best = ordered[ordered.length - 1];
  return ordered.length === 1 ? words(worst) : `from ${words(worst)} to ${words(best)}`;
};
