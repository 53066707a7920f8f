"use strict";

/**
 * The list beside the map: what the canvas shows, in words. Tab stops at one row; arrow keys, Home and End walk.
 * `rows`: { name, cells, show } each; a row that has the focus or the pointer is shown, `hide` takes it back. `show`
 * is told whether the map may move for it.
 */
imageo.sideTable = (parent, hide) => {
  const box = imageo.element("section", "side");
  const table = imageo.element("table", "rows");
  const caption = imageo.element("caption", "");
  const head = imageo.element("thead", "");
  const body = imageo.element("tbody", "");
  table.append(caption, head, body);
  box.append(table);
  box.setAttribute("aria-label", "What the map shows, as a table");
  parent.append(box);
  let shown = [];
  let buttons = [];

  const focus = (index) => {
    for (const button of buttons) button.tabIndex = -1;
    buttons[index].tabIndex = 0;
    buttons[index].focus();
  };
  const indexOf = (event) => buttons.findIndex((button) => button.closest("tr") === event.target.closest("tr"));
  body.addEventListener("keydown", (event) => {
    const at = indexOf(event);
    const last = buttons.length - 1;
    const target = { ArrowDown: Math.min(last, at + 1), ArrowUp: Math.max(0, at - 1), Home: 0, End: last }[event.key];
    if (event.key === "Escape") hide();
    if (target === undefined || at < 0) return;
    event.preventDefault();
    focus(target);
  });
  const showAt = (event) => {
    const at = indexOf(event);
    if (at >= 0) shown[at].show(event.type !== "mouseover"); // the map moves for those who chose a row
  };
  body.addEventListener("focusin", showAt);
  body.addEventListener("click", showAt);
  body.addEventListener("mouseover", showAt);
  body.addEventListener("focusout", hide);
  body.addEventListener("mouseleave", hide);

  const fill = (title, heads, rows) => {
    caption.textContent = title;
    const line = imageo.element("tr", "");
    for (const text of heads) {
      const cell = imageo.element("th", "", text);
      cell.scope = "col";
      line.append(cell);
    }
    head.replaceChildren(...(rows.length ? [line] : []));
    shown = rows;
    buttons = rows.map(({ name }, index) => {
      const button = imageo.element("button", "row");
      button.type = "button";
      button.tabIndex = index === 0 ? 0 : -1;
      for (const part of name) button.append(imageo.element("bdi", "", part));
      return button;
    });
    body.replaceChildren(...rows.map(({ cells }, index) => {
      const row = imageo.element("tr", "");
      const first = imageo.element("td", "");
      first.append(buttons[index]);
      row.append(first, ...cells.map((text) => imageo.element("td", "number", text)));
      return row;
    }));
  };
  return { fill };
};
