"use strict";

/**
 * Regions whose local statistic is beyond chance for the choice on show: a Map from region to { isHigh, note, p };
 * null where none was computed, undefined where the page was made without statistics.
 */
imageo.spotsOf = (payload, chosen) => {
  if (payload.patterns === null) return undefined;
  const found = payload.patterns.spots[`${chosen.run}/${chosen.measure}/${chosen.denominator}`];
  if (!found || chosen.other !== null) return null;
  const places = new Map(payload.codes.map((code, index) => [code, index]));
  return new Map(found.filter(([code]) => places.has(code)).map(([code, isHigh, note, p]) =>
    [places.get(code), { isHigh: isHigh === 1, note: payload.patterns.notes[note], p }]));
};

imageo.spotNote = (spot) => {
  if (!spot) return "";
  const p = spot.p < 0.001 ? "below 0.001" : spot.p;
  const words = spot.note.charAt(0).toLowerCase() + spot.note.slice(1).replace(/\.$/, "");
  return `Beyond chance: ${words} (corrected p ${p}).`;
};

/** What the legend says of outlines: [state, label] pairs, and a sentence where there are none to be had. */
imageo.spotLegend = (payload, chosen, spots) => {
  if (spots === undefined) return { entries: [], remark: "" };
  if (chosen.other !== null) return { entries: [], remark: "Outlines of clusters are of one run: a difference has none." };
  if (spots === null) {
    return { entries: [], remark: "No local statistics are stored for this choice; imageo spatial computes them." };
  }
  const ofErrors = payload.measures[chosen.measure].kind === "distance";
  const [high, low] = ofErrors ? ["large errors", "small errors"] : ["high rates", "low rates"];
  return {
    entries: [["spot-high", `${high} beyond chance`], ["spot-low", `${low} beyond chance`]],
    remark: "",
  };
};
