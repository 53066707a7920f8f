"use strict";

/** [label, value] pairs as a list; all of them shown as text. */
imageo.values = (rows) => {
  const list = imageo.element("dl", "values");
  for (const [label, value] of rows) {
    list.append(imageo.element("dt", "", label), imageo.element("dd", "", value));
  }
  return list;
};

/** A box of text near a place of the screen; `rows` are [label, value] pairs, all of them shown as text. */
imageo.tooltip = (box) => {
  const hide = () => { box.hidden = true; };

  const show = (heading, rows, note, place) => {
    const parts = [imageo.element("strong", "name", heading), imageo.values(rows)];
    if (note) parts.push(imageo.element("p", "note", note));
    box.replaceChildren(...parts);
    box.hidden = false;
    move(place);
  };

  // Narrow screens pin the box to the lower edge by their style sheet; these two are then without effect.
  const move = ({ x, y }) => {
    const gap = 16;
    const room = document.documentElement;
    const right = x + gap + box.offsetWidth <= room.clientWidth;
    const below = y + gap + box.offsetHeight <= room.clientHeight;
    const left = right ? x + gap : Math.max(gap / 2, x - gap - box.offsetWidth);
    const top = below ? y + gap : Math.max(gap / 2, y - gap - box.offsetHeight);
    box.style.setProperty("--left", `${left}px`);
    box.style.setProperty("--top", `${top}px`);
  };

  return { show, move, hide };
};
