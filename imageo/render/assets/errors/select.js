"use strict";

/** Ends of the sliders of distance, kilometres. */
imageo.stops = [
  0, 1, 2, 5, 10, 25, 50, 100, 200, 400, 750, 1000, 1500, 2500, 4000, 6000, 8000, 10000, 12500, 15000, Infinity,
];

/** Classes of distance end where the usual measures of accuracy do, kilometres. */
imageo.classEdges = [25, 200, 750, 2500];

/** Class of a distance in tens of metres, 0 to 4. */
imageo.classOf = (error) => {
  let found = 0;
  for (const edge of imageo.classEdges) if (error >= edge * 100) found += 1;
  return found;
};

/** Indexes of the vectors that pass all filters, the nearest first; `order` is that of `imageo.byError`. */
imageo.select = (data, order, chosen) => {
  const least = imageo.stops[chosen.from] * 100;
  const most = imageo.stops[chosen.to] * 100;
  const kept = new Uint32Array(order.length);
  let count = 0;
  for (const i of order) {
    if (data.error[i] < least) continue;
    if (data.error[i] >= most) break;
    if (chosen.run >= 0 && data.run[i] !== chosen.run) continue;
    if (!(chosen.confidence & (1 << data.confidence[i]))) continue;
    kept[count] = i;
    count += 1;
  }
  return kept.subarray(0, count);
};
