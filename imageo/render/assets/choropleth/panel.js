"use strict";

/**
 * What is pinned of a region, beside the map or, on a phone, as a sheet below it. `describe(index)` tells what the look
 * of the moment says: { rows, note }. `onClose()` is called when the reader closes it.
 */
imageo.panel = (payload, describe, onClose) => {
  const box = imageo.element("aside", "panel");
  box.hidden = true;
  box.id = "panel";
  box.setAttribute("aria-labelledby", "panel-name");
  document.querySelector(".frame").after(box);
  const stored = document.getElementById("thumbnails");
  let thumbnails = null; // read when the first panel opens
  let index = null;

  const name = imageo.element("h2", "name");
  name.id = "panel-name";
  name.tabIndex = -1;
  const close = imageo.element("button", "close", "\u00d7");
  close.type = "button";
  close.setAttribute("aria-label", "Close panel");
  const head = imageo.element("div", "panel-head");
  head.append(name, close);
  const body = imageo.element("div", "panel-body");
  body.tabIndex = 0; // so that the keyboard can scroll it
  body.setAttribute("role", "group");
  body.setAttribute("aria-labelledby", "panel-name");
  const sheet = imageo.element("div", "sheet");
  sheet.append(head, body);
  box.append(sheet);

  const hide = () => {
    if (index === null) return;
    index = null;
    box.hidden = true;
    onClose();
  };
  close.addEventListener("click", hide);
  box.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });

  const refresh = (chosen) => {
    if (index === null) return;
    thumbnails = thumbnails || JSON.parse(stored.textContent.trim() || "{}");
    const { rows, notes } = describe(index);
    name.textContent = payload.names[index];
    const parts = [imageo.values(rows), ...notes.map((note) => imageo.element("p", "note", note))];
    parts.push(imageo.comparison(payload, chosen, index));
    const examples = imageo.examples(payload, chosen, index, thumbnails);
    if (examples) parts.push(examples);
    body.replaceChildren(...parts);
  };

  /** Opens on a region; `withFocus` moves the keyboard there. */
  const open = (region, chosen, withFocus) => {
    index = region;
    box.hidden = false;
    refresh(chosen);
    body.scrollTop = 0;
    if (withFocus) name.focus({ preventScroll: true });
  };

  return { open, hide, refresh, region: () => index };
};
