"use strict";

/** What the reader chose, kept in the address of the page, so that a link leads to the same picture. */
imageo.errorState = (data) => {
  const last = imageo.stops.length - 1;
  const first = {
    run: -1, show: "auto", group: "country", colour: "distance", from: 0, to: last, confidence: 63, least: 0,
  };
  // The first view leaves out what is right, city by city, unless nothing else is there.
  const city = imageo.stops.indexOf(25);
  if (data.error.some((error) => error >= 2500)) first.from = city;

  const among = (name, known) => (value) => (known.includes(value) ? value : first[name]);
  const whole = (name, least, most) => (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : NaN;
    return number >= least && number <= most ? number : first[name];
  };
  const stop = (name) => (value) => {
    const found = imageo.stops.indexOf(Number(value));
    return found < 0 ? first[name] : found;
  };
  const readers = {
    run: (value) => data.runs.indexOf(value),
    show: among("show", ["auto", "flows", "vectors", "both"]),
    group: among("group", ["country", "square"]),
    colour: among("colour", ["distance", "confidence"]),
    from: stop("from"),
    to: stop("to"),
    confidence: whole("confidence", 0, 63),
    least: whole("least", 0, 1e9),
  };
  const writers = {
    run: (value) => data.runs[value],
    from: (value) => imageo.stops[value],
    to: (value) => imageo.stops[value],
  };

  const read = () => {
    const told = new URLSearchParams(location.hash.slice(1));
    const chosen = { ...first };
    for (const [name, reader] of Object.entries(readers)) if (told.has(name)) chosen[name] = reader(told.get(name));
    if (chosen.from >= chosen.to) Object.assign(chosen, { from: first.from, to: first.to });
    return chosen;
  };

  const write = (chosen) => {
    const told = new URLSearchParams();
    for (const name of Object.keys(first)) {
      if (chosen[name] !== first[name]) told.set(name, (writers[name] || String)(chosen[name]));
    }
    try {
      history.replaceState(null, "", `#${told}`);
    } catch {
      // The frame of a notebook has no address of its own.
    }
  };
  return { read, write };
};
