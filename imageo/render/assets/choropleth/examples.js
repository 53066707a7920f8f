"use strict";

imageo.outcomes = new Map([
  ["no_coordinates", "answered without coordinates"],
  ["refused", "refused to answer"],
  ["empty", "empty answer"],
  ["unparsable", "unreadable answer"],
  ["bad_image", "image could not be read"],
  ["provider_error", "the provider failed"],
]);

/** The worst answers of a run in a region as a list; null where the page was made without answers. */
imageo.examples = (payload, chosen, index, thumbnails) => {
  if (payload.examples === null) return null;
  const { images, answers } = payload.examples;
  const rows = (answers[index] || {})[chosen.run] || [];
  const section = imageo.element("section", "examples");
  const heading = imageo.element("h3", "", "Largest errors of ");
  heading.append(imageo.element("bdi", "", payload.runs[chosen.run]));
  section.append(heading);
  if (rows.length === 0) {
    section.append(imageo.element("p", "remark", "No answer of this run was chosen for this region."));
    return section;
  }

  const place = (words, latitude, longitude) => {
    const told = imageo.element("dd", "");
    if (words) told.append(imageo.element("bdi", "", words), " ");
    const point = latitude === null || longitude === null ? "" : `${latitude}, ${longitude}`;
    told.append(imageo.element("span", "point", point || (words ? "" : "\u2013")));
    return told;
  };

  const card = ([image, answered, latitude, longitude, error, outcome, confidence, words]) => {
    const [id, name, city, country, trueLatitude, trueLongitude] = images[image];
    const item = imageo.element("li", "example");
    const what = imageo.element("p", "error");
    const failed = outcome !== null && outcome !== "answered" ? imageo.outcomes.get(outcome) || outcome : "";
    const off = error === null ? imageo.capital(failed || "no distance") : `${imageo.kilometres(error)} off`;
    what.append(imageo.element("strong", "", off));
    if (confidence !== null) what.append(imageo.element("span", "confidence", `confidence ${confidence}`));
    const list = imageo.element("dl", "places");
    list.append(
      imageo.element("dt", "", "True"),
      place([city, country].filter(Boolean).join(", "), trueLatitude, trueLongitude),
      imageo.element("dt", "", "Answer"),
      place(answered, latitude, longitude),
    );
    const picture = thumbnails[id];
    if (picture) {
      const thumbnail = imageo.element("img", "thumbnail");
      thumbnail.alt = `Photo ${name || id}`;
      thumbnail.src = `data:image/jpeg;base64,${picture}`;
      item.append(thumbnail);
    }
    item.append(what, list);
    if (words) {
      const quote = imageo.element("blockquote", "said", words);
      quote.dir = "auto";
      quote.tabIndex = 0; // long words scroll in a box of their own
      item.append(quote);
    }
    const source = imageo.element("p", "source", "Image ");
    source.append(imageo.element("bdi", "", name || `${id}`));
    if (name && name !== `${id}`) source.append(` (id ${id})`);
    item.append(source);
    return item;
  };

  const list = imageo.element("ol", "answers");
  list.append(...rows.map(card));
  section.append(list);
  return section;
};
