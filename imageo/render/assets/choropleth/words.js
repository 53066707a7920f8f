"use strict";

const NOTHING = "\u2013";

imageo.percent = (share) => (share === null ? NOTHING : `${(100 * share).toFixed(1)}\u00a0%`);
imageo.perMille = (share) => (share === null ? NOTHING : `${(share / 10).toFixed(1)}\u00a0%`);

imageo.whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
imageo.count = (number) => imageo.whole.format(number);

imageo.kilometres = (distance) => {
  if (distance === null) return NOTHING;
  const digits = distance < 10 ? 2 : 1;
  return `${distance < 100 ? distance.toFixed(digits) : imageo.count(distance)}\u00a0km`;
};

/** A difference of two shares in percentage points, with its sign. */
imageo.points = (difference) => {
  const size = Math.abs(100 * difference).toFixed(1);
  const sign = Number(size) === 0 ? "" : difference < 0 ? "\u2212" : "+";
  return `${sign}${size}\u00a0points`;
};

imageo.times = (ratio) => {
  if (!Number.isFinite(ratio)) return "many\u00a0times";
  return `${ratio < 10 ? Number(ratio.toPrecision(2)) : imageo.count(ratio)}\u00a0times`;
};

imageo.interval = ({ lower, upper }) =>
  (lower === null ? NOTHING : `${imageo.perMille(lower)} to ${imageo.perMille(upper)}`);

/** "3 countries" of a payload's level. */
imageo.many = (payload, number) => `${imageo.count(number)}\u00a0${payload.level[number === 1 ? 0 : 1]}`;

imageo.rankWords = (rank) => {
  if (rank === null) return NOTHING;
  const shared = rank.ties > 1 ? `, shared by ${imageo.count(rank.ties)}` : "";
  return `${imageo.count(rank.place)} of ${imageo.count(rank.among)}${shared}`;
};

imageo.capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
