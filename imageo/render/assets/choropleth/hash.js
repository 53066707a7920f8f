"use strict";

/**
 * The state of the page as the part of its address after "#": names and not numbers, so that a link outlives a page
 * that is drawn anew. What names nothing here is passed over.
 */
imageo.hash = (payload) => {
  const lists = {
    run: payload.runs,
    measure: payload.measures.map((measure) => measure.key),
    denominator: payload.denominators.map((denominator) => denominator.key),
    other: payload.runs,
    region: payload.codes,
  };

  const read = () => {
    const given = new URLSearchParams(location.hash.slice(1));
    const state = {};
    for (const [name, known] of Object.entries(lists)) {
      const place = given.has(name) ? known.indexOf(given.get(name)) : -1;
      if (place >= 0) state[name] = place;
    }
    return state;
  };

  const write = (state) => {
    const told = new URLSearchParams();
    for (const [name, known] of Object.entries(lists)) {
      if (state[name] !== null && state[name] !== undefined) told.set(name, known[state[name]]);
    }
    // A page inside a notebook has no address of its own.
    if (!["file:", "http:", "https:"].includes(location.protocol)) return;
    history.replaceState(null, "", `#${told}`);
  };

  return { read, write };
};
