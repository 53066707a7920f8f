"use strict";

/** The lists above the map; `chosen` is changed by them and `changed()` called. Returns what shows it anew. */
imageo.choices = (form, payload, chosen, changed) => {
  const selects = {};

  const add = (name, label, options) => {
    const select = imageo.element("select", "");
    select.name = name;
    for (const [text, value] of options) select.append(new Option(text, value));
    select.addEventListener("change", () => {
      chosen[name] = select.value === "" ? null : Number(select.value);
      if (chosen.other === chosen.run) chosen.other = null;
      show();
      changed();
    });
    const field = imageo.element("label", `choice ${name}`);
    field.append(imageo.element("span", "", label), select);
    form.append(field);
    selects[name] = select;
  };

  const show = () => {
    for (const [name, select] of Object.entries(selects)) select.value = chosen[name] === null ? "" : chosen[name];
    if (!selects.other) return;
    for (const option of selects.other.options) option.disabled = option.value === `${chosen.run}`;
  };

  const numbered = (texts) => texts.map((text, index) => [text, index]);
  add("run", "Model run", numbered(payload.runs));
  add("measure", "Measure", numbered(payload.measures.map((measure) => measure.label)));
  add("denominator", "Counted", numbered(payload.denominators.map((denominator) => denominator.label)));
  if (payload.runs.length > 1) add("other", "Difference to", [["none", ""], ...numbered(payload.runs)]);
  show();
  return { show };
};
