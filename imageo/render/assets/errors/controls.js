"use strict";

/** The filters in the head of the page; each one changes `chosen` and calls `changed()`. */
imageo.errorControls = (form, data, chosen, changed) => {
  const refreshers = [];
  const field = (label, className, ...inputs) => {
    const box = imageo.element("label", `choice ${className}`);
    box.append(imageo.element("span", "", label), ...inputs);
    return box;
  };

  const select = (name, label, options) => {
    const input = imageo.element("select", "");
    input.name = name;
    for (const [value, text] of options) input.append(new Option(text, value));
    refreshers.push(() => { input.value = chosen[name]; });
    input.addEventListener("change", () => {
      chosen[name] = typeof chosen[name] === "number" ? Number(input.value) : input.value;
      changed();
    });
    const box = field(label, name, input);
    form.append(box);
    return box;
  };

  const slider = (name, label, most, words, correct) => {
    const input = imageo.element("input", "");
    Object.assign(input, { type: "range", name, min: 0, max: most, step: 1 });
    const shown = imageo.element("output", "");
    const caption = imageo.element("span", "");
    caption.append(`${label} `, shown);
    const box = imageo.element("label", `choice ${name}`);
    box.append(caption, input);
    const refresh = () => {
      input.value = chosen[name];
      shown.textContent = words();
      input.setAttribute("aria-valuetext", words());
    };
    refreshers.push(refresh);
    input.addEventListener("input", () => {
      chosen[name] = Number(input.value);
      correct();
      changed();
    });
    return box;
  };

  const stopWords = (name) => () => {
    const stop = imageo.stops[chosen[name]];
    return stop === Infinity ? "no limit" : `${imageo.count(stop)}\u00a0km`;
  };
  const last = imageo.stops.length - 1;

  const runs = data.runs.map((run, index) => [index, run]);
  select("run", "Model run", data.runs.length > 1 ? [[-1, `All ${data.runs.length} model runs`], ...runs] : [[-1, data.runs[0]]]);
  select("show", "Show", [
    ["auto", "Flows if many"],
    ["flows", "Flows"],
    ["vectors", "Single vectors"],
    ["both", "Both"],
  ]);
  const groups = select("group", "Flows between", [["country", "Countries"], ["square", "1,000 km squares"]]);
  const colourings = select("colour", "Vectors coloured by", [["distance", "Distance"], ["confidence", "Confidence"]]);
  form.append(
    slider("from", "Distance from", last, stopWords("from"), () => {
      chosen.from = Math.min(chosen.from, last - 1);
      chosen.to = Math.max(chosen.to, chosen.from + 1);
    }),
    slider("to", "to below", last, stopWords("to"), () => {
      chosen.to = Math.max(chosen.to, 1);
      chosen.from = Math.min(chosen.from, chosen.to - 1);
    }),
  );

  const confidence = imageo.element("fieldset", "choice confidence");
  confidence.append(imageo.element("legend", "", "Stated confidence"));
  const boxes = imageo.element("div", "boxes");
  for (const level of [1, 2, 3, 4, 5, 0]) {
    const input = imageo.element("input", "");
    Object.assign(input, { type: "checkbox", name: `confidence-${level}` });
    refreshers.push(() => { input.checked = Boolean(chosen.confidence & (1 << level)); });
    input.addEventListener("change", () => {
      chosen.confidence ^= 1 << level;
      changed();
    });
    const label = imageo.element("label", "box");
    label.append(input, level ? String(level) : "none");
    boxes.append(label);
  }
  confidence.append(boxes);
  form.append(confidence);

  // How small a flow may be: steps of 1, 2, 5.
  const steps = [0];
  for (let size = 1; size <= data.size; size *= 10) steps.push(size, 2 * size, 5 * size);
  const input = imageo.element("input", "");
  Object.assign(input, { type: "range", name: "least", min: 0, step: 1 });
  const shown = imageo.element("output", "");
  const caption = imageo.element("span", "");
  caption.append("Flows of at least ", shown);
  const box = imageo.element("label", "choice least");
  box.append(caption, input);
  form.append(box);
  input.addEventListener("input", () => {
    chosen.least = steps[Number(input.value)];
    changed();
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  /** Shows what is chosen; `smallest`: the size of flow in use, `largest`: that of the largest one there is. */
  const refresh = (smallest, largest, showsFlows, showsVectors) => {
    for (const each of refreshers) each();
    const words = imageo.many(smallest, "answer");
    box.hidden = !showsFlows;
    groups.hidden = !showsFlows;
    colourings.hidden = !showsVectors;
    input.max = Math.max(1, steps.filter((step) => step <= largest).length - 1);
    input.value = Math.max(0, chosen.least ? steps.filter((step) => step <= chosen.least).length - 1 : 0);
    input.setAttribute("aria-valuetext", words);
    shown.textContent = words;
  };
  return { refresh };
};
