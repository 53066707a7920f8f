"use strict";

/** Where flows start and end: countries at the median of their points. */
imageo.countryNodes = (data) => ({
  from: data.trueCountry,
  to: data.answeredCountry,
  names: data.countries,
  labels: data.countries,
  within: (node) => data.countries[node],
  x: data.countryX,
  y: data.countryY,
});

/** Squares of 1,000 km on the plane, all of one area, called by the commonest place in them. */
imageo.squareNodes = (data) => {
  const side = Math.round((65536 * 1000) / 34460); // the equator is 34,460 km long in Equal Earth
  const across = Math.ceil(65536 / side);
  const size = across * Math.ceil((4 * data.extent[1]) / side);
  const square = (x, y) => Math.floor(y / side) * across + Math.floor(x / side);
  const sums = new Float64Array(3 * size);
  const places = Array.from({ length: size }, () => null);
  const visit = (x, y, place) => {
    const node = square(x, y);
    sums[3 * node] += x;
    sums[3 * node + 1] += y;
    sums[3 * node + 2] += 1;
    const seen = places[node] || (places[node] = new Map());
    seen.set(place, (seen.get(place) || 0) + 1);
    return node;
  };
  const from = new Int32Array(data.size);
  const to = new Int32Array(data.size);
  for (let i = 0; i < data.size; i += 1) from[i] = visit(data.x1[i], data.y1[i], data.truePlace[i]);
  for (let i = 0; i < data.size; i += 1) {
    const node = square(data.x2[i], data.y2[i]);
    // What models call a place need not lie there: their names only where no photo was taken.
    to[i] = sums[3 * node + 2] ? node : -1 - i;
  }
  for (let i = 0; i < data.size; i += 1) {
    if (to[i] < 0) to[i] = visit(data.x2[i], data.y2[i], data.answeredPlace[i]);
  }
  const commonest = (seen) => {
    let best = -1;
    for (const [place, count] of seen) if (best < 0 || count > seen.get(best)) best = place;
    return best;
  };
  const called = places.map((seen) => (seen ? imageo.placeName(data.places[commonest(seen)]) : ""));
  return {
    from,
    to,
    names: called.map((name) => `around ${name}`),
    within: (node) => `the square of ${called[node]}`,
    labels: called.map((name) => name.split(", ")[0]), // on the map itself the country can be seen
    x: Float64Array.from({ length: size }, (_, node) => sums[3 * node] / sums[3 * node + 2]),
    y: Float64Array.from({ length: size }, (_, node) => sums[3 * node + 1] / sums[3 * node + 2]),
  };
};

/**
 * Sums the vectors of `visible` (the nearest first) from node to node, the largest flow first. `median` is that of
 * the distances, in tens of metres; of an even number the lower of the middle two.
 */
imageo.flows = (data, visible, nodes) => {
  const slots = new Int32Array(nodes.names.length ** 2).fill(-1);
  const flows = [];
  const flowOf = new Int32Array(visible.length);
  visible.forEach((i, at) => {
    const key = nodes.from[i] * nodes.names.length + nodes.to[i];
    if (slots[key] < 0) {
      slots[key] = flows.length;
      flows.push({ from: nodes.from[i], to: nodes.to[i], count: 0, median: -1 });
    }
    flowOf[at] = slots[key];
    flows[slots[key]].count += 1;
  });
  const passed = new Int32Array(flows.length);
  visible.forEach((i, at) => {
    const flow = flows[flowOf[at]];
    passed[flowOf[at]] += 1;
    if (passed[flowOf[at]] === Math.ceil(flow.count / 2)) flow.median = data.error[i];
  });
  return flows.sort((a, b) => b.count - a.count || b.median - a.median || a.from - b.from || a.to - b.to);
};
