"use strict";

/** Reads what `pack` of error_columns.py wrote: names, and one typed array a column, a value a vector. */
imageo.readColumns = async (response) => {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const told = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const raw = {};
  let start = 4 + length;
  for (const [name, count, width] of told.columns) {
    const values = new Int32Array(count);
    for (let byte = 0; byte < width; byte += 1, start += count) {
      for (let i = 0; i < count; i += 1) values[i] |= bytes[start + i] << (8 * byte);
    }
    raw[name] = values;
  }

  const signed = (values) => {
    for (let i = 0; i < values.length; i += 1) values[i] = (values[i] >>> 1) ^ -(values[i] & 1);
    return values;
  };
  const summed = (values) => {
    signed(values);
    for (let i = 1; i < values.length; i += 1) values[i] += values[i - 1];
    return values;
  };
  for (const name of ["image_x", "image_y", "image_place", "image"]) summed(raw[name]);
  for (const name of ["image_country", "away_x", "away_y", "place", "country"]) signed(raw[name]);

  const { image } = raw;
  const size = image.length;
  const ofImage = (values) => {
    const spread = new Int32Array(size);
    for (let i = 0; i < size; i += 1) spread[i] = values[image[i]];
    return spread;
  };
  const plus = (values, base) => {
    for (let i = 0; i < size; i += 1) values[i] += base[i];
    return values;
  };
  const x1 = ofImage(raw.image_x);
  const y1 = ofImage(raw.image_y);
  const truePlace = ofImage(raw.image_place);
  const answeredPlace = plus(raw.place, truePlace);
  const usual = (place) => raw.usual_country[place];
  for (let i = 0; i < raw.image_country.length; i += 1) raw.image_country[i] += usual(raw.image_place[i]);
  for (let i = 0; i < size; i += 1) {
    raw.country[i] += usual(answeredPlace[i]);
    if (raw.error[i] > 10000) raw.error[i] = (raw.error[i] - 9900) * 100; // whole kilometres from 100 on
  }
  return {
    ...told,
    size,
    run: raw.run,
    image,
    error: raw.error, // in tens of metres
    confidence: raw.confidence, // 0 where none was stated
    x1,
    y1,
    x2: plus(raw.away_x, x1),
    y2: plus(raw.away_y, y1),
    truePlace,
    answeredPlace,
    trueCountry: ofImage(raw.image_country),
    answeredCountry: raw.country,
    countryX: raw.country_x,
    countryY: raw.country_y,
    extent: told.size,
  };
};

/** Indexes of all vectors by distance, the nearest first. */
imageo.byError = (data) => {
  const keys = new Float64Array(data.size);
  for (let i = 0; i < data.size; i += 1) keys[i] = data.error[i] * 0x400000 + i;
  keys.sort();
  return Uint32Array.from(keys, (key) => key % 0x400000);
};
