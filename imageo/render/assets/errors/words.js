"use strict";

imageo.whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
imageo.count = (number) => imageo.whole.format(number);
imageo.many = (number, singular, plural = `${singular}s`) =>
  `${imageo.count(number)}\u00a0${number === 1 ? singular : plural}`;

/** Kilometres as read in a table; distances come floored to 10 metres. */
imageo.kilometres = (distance) => {
  const digits = distance < 10 ? 2 : 1;
  return `${distance < 100 ? distance.toFixed(digits) : imageo.count(distance)}\u00a0km`;
};

imageo.placeName = (name) => name || "no place named";

/** What the filters leave, in a sentence without its full stop. */
imageo.chosenWords = (data, chosen, stops) => {
  const run = chosen.run < 0
    ? (data.runs.length === 1 ? data.runs[0] : `All ${data.runs.length} model runs`)
    : data.runs[chosen.run];
  const from = stops[chosen.from];
  const to = stops[chosen.to];
  const near = imageo.count(from);
  let distance = "any distance away";
  if (from > 0 && to === Infinity) distance = `${near}\u00a0km or more away`;
  else if (from > 0) distance = `${near} to ${imageo.count(to)}\u00a0km away`;
  else if (to !== Infinity) distance = `less than ${imageo.count(to)}\u00a0km away`;
  const told = [1, 2, 3, 4, 5].filter((level) => chosen.confidence & (1 << level)).join(", ");
  const untold = chosen.confidence & 1 ? "none stated" : "";
  let confidence = `confidence ${[told, untold].filter(Boolean).join(" or ")}`;
  if (chosen.confidence === 63) confidence = "any confidence";
  if (chosen.confidence === 0) confidence = "no confidence chosen";
  return { run, distance, confidence };
};
