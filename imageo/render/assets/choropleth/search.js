"use strict";

/** `text` without accents and case. */
imageo.folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/**
 * A search box with suggestions, after the combobox pattern of the ARIA practices: the keyboard stays in the box while
 * the arrows walk through the list. Calls `choose(index)`.
 */
imageo.search = (form, names, singular, choose) => {
  const MOST = 8;
  const keys = names.map(imageo.folded);
  const field = imageo.element("div", "choice search");
  const label = imageo.element("label", "", `Find a ${singular}`);
  label.htmlFor = "search";
  const input = imageo.element("input", "");
  const list = imageo.element("ul", "suggestions");
  Object.assign(input, { id: "search", type: "text", autocomplete: "off", spellcheck: false });
  Object.assign(list, { id: "suggestions", hidden: true });
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "suggestions",
  })) input.setAttribute(name, value);
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  field.append(label, input, list);
  form.append(field);
  let found = [];
  let active = -1;

  const closest = (text) => {
    const wanted = imageo.folded(text.trim());
    if (!wanted) return [];
    const grade = (key) => {
      if (key === wanted) return 0;
      if (key.startsWith(wanted)) return 1;
      const at = key.indexOf(wanted);
      if (at < 0) return null;
      return /[\p{L}\p{N}]/u.test(key[at - 1]) ? 3 : 2;
    };
    return keys
      .map((key, index) => ({ grade: grade(key), index }))
      .filter((item) => item.grade !== null)
      .sort((a, b) => a.grade - b.grade || a.index - b.index)
      .slice(0, MOST)
      .map((item) => item.index);
  };

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const point = (position) => {
    active = position;
    [...list.children].forEach((option, place) => option.setAttribute("aria-selected", place === active));
    if (active >= 0) input.setAttribute("aria-activedescendant", `suggestion-${active}`);
    else input.removeAttribute("aria-activedescendant");
  };

  const suggest = () => {
    found = closest(input.value);
    const options = found.map((index, position) => {
      const option = imageo.element("li", "suggestion");
      option.append(imageo.element("bdi", "", names[index]));
      option.id = `suggestion-${position}`;
      option.setAttribute("role", "option");
      return option;
    });
    if (options.length === 0) {
      const none = imageo.element("li", "suggestion none-found", "nothing of that name");
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      options.push(none);
    }
    list.replaceChildren(...options);
    list.hidden = !input.value.trim();
    input.setAttribute("aria-expanded", `${!list.hidden}`);
    point(-1);
  };

  const take = (position) => {
    if (position >= found.length) return;
    const index = found[position];
    input.value = names[index];
    close();
    choose(index);
  };

  input.addEventListener("input", suggest);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault(); // or the form is sent
      if (list.hidden) suggest();
      if (found.length > 0) take(Math.max(active, 0));
    } else if (event.key === "Escape") {
      if (list.hidden) input.value = "";
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) suggest();
      if (found.length === 0) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      const start = active < 0 && step < 0 ? 0 : active;
      point((start + step + found.length) % found.length);
    }
  });
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // the box keeps the keyboard
    const option = event.target.closest("li");
    if (option) take([...list.children].indexOf(option));
  });
  return { input };
};
