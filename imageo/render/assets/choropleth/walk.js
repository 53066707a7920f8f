"use strict";

/**
 * Lets the keyboard walk through the regions by name: arrows, Home, End, and a letter for the next name that starts
 * with it. Tab stops at one region only: thousands of stops would be a trap. Calls `show(index)` and `hide()`, and
 * `open(index)` on Enter. Returns `refresh` for when symbols and outlines were swapped, and `focus(index)`.
 */
imageo.walk = (map, regions, names, { show, hide, open }) => {
  let active = 0;
  let stop = regions.elementOf(active);
  stop.setAttribute("tabindex", 0);

  const moveTo = (index) => {
    const hadFocus = document.activeElement === stop;
    stop.setAttribute("tabindex", -1);
    active = index;
    stop = regions.elementOf(index);
    stop.setAttribute("tabindex", 0);
    if (hadFocus) stop.focus({ preventScroll: true });
  };

  const startingWith = (letter) => {
    const starts = (name) => name.toLowerCase().startsWith(letter.toLowerCase());
    const after = names.findIndex((name, index) => index > active && starts(name));
    return after >= 0 ? after : names.findIndex(starts);
  };

  const last = names.length - 1;
  const steps = {
    ArrowRight: () => (active === last ? 0 : active + 1),
    ArrowDown: () => (active === last ? 0 : active + 1),
    ArrowLeft: () => (active === 0 ? last : active - 1),
    ArrowUp: () => (active === 0 ? last : active - 1),
    Home: () => 0,
    End: () => last,
  };
  const target = ({ key, ctrlKey, metaKey, altKey }) => {
    if (ctrlKey || metaKey || altKey) return -1;
    if (key in steps) return steps[key]();
    return key.length === 1 ? startingWith(key) : -1;
  };

  // On the container: Chromium takes an SVG element that listens for focus to be a stop of its own.
  const container = map.getContainer();
  container.addEventListener("focusin", (event) => {
    const index = regions.indexOf(event.target);
    if (index < 0) return;
    if (index !== active) moveTo(index);
    if (!event.target.matches(":focus-visible")) return;
    regions.bringIntoView(index);
    show(index);
  });
  container.addEventListener("focusout", hide);
  regions.svg.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      open(active);
      return;
    }
    const index = target(event);
    if (index < 0) return;
    event.preventDefault();
    event.stopPropagation();
    moveTo(index);
  });
  const refresh = () => moveTo(active);
  const focus = (index) => {
    moveTo(index);
    stop.focus({ preventScroll: true });
  };
  map.on("zoomend", refresh);
  return { refresh, focus };
};
