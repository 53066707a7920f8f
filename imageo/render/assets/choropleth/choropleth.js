"use strict";

/** Draws the regions of `payload` on a Leaflet map; restyles them as run, measure, denominator and difference change. */
imageo.choropleth = (map, payload) => {
  imageo.unpack(payload);
  const address = imageo.hash(payload);
  const chosen = { ...payload.first, other: null };
  const regions = imageo.regions(map, payload);
  const tooltip = imageo.tooltip(document.getElementById("tooltip"));
  const form = document.getElementById("controls");
  const subtitle = document.querySelector(".subtitle");
  const firstSubtitle = subtitle.textContent;
  const [singular, plural] = payload.level;
  let look = null;
  let spots = undefined;
  let walk = null;
  let opener = null;

  const notesOf = (index) => [look.note(index), imageo.spotNote(spots && spots.get(index))].filter(Boolean);

  const show = (index, place) => {
    regions.highlight(index);
    tooltip.show(payload.names[index], look.rows(index), notesOf(index).join(" "), place || regions.placeOf(index));
  };

  const hide = () => {
    regions.dim();
    tooltip.hide();
  };

  const paint = () => {
    const { sequential, light, dark } = payload.colours;
    const colours = look.scale === "sequential" ? sequential : imageo.isDark() ? dark : light;
    colours.forEach((colour, index) => document.documentElement.style.setProperty(`--class-${index}`, colour));
    document.documentElement.dataset.scale = look.scale;
  };

  const restyle = () => {
    const looks = { rate: imageo.rateLook, distance: imageo.distanceLook };
    const { kind } = payload.measures[chosen.measure];
    look = (chosen.other === null ? looks[kind] : imageo.differenceLook)(payload, chosen);
    spots = imageo.spotsOf(payload, chosen);
    const counts = {};
    const count = (state) => { counts[state] = (counts[state] || 0) + 1; };
    look.states.forEach((state, index) => {
      count(state);
      const note = spots && spots.has(index) ? ` ${imageo.spotNote(spots.get(index))}` : "";
      regions.style(index, state, `${payload.names[index]}: ${look.summary(index)}${note}`);
    });
    for (const { isHigh } of (spots || new Map()).values()) count(isHigh ? "spot-high" : "spot-low");
    regions.setSpots(spots || new Map());
    paint();
    const outlines = imageo.spotLegend(payload, chosen, spots);
    imageo.legend(document.getElementById("legend"), payload, look, counts, outlines);
    document.getElementById("status").textContent = look.sentence();
    subtitle.textContent = look.subtitle || firstSubtitle;
    hide();
    panel.refresh(chosen);
    if (walk) walk.refresh();
  };

  const remember = () => address.write({ ...chosen, region: panel.region() });

  const panel = imageo.panel(
    payload,
    (index) => ({ rows: look.rows(index), notes: notesOf(index) }),
    () => {
      regions.setPin(null);
      document.body.classList.remove("has-panel");
      remember();
      if (opener === null) return;
      if (opener instanceof Element) opener.focus();
      else walk.focus(opener);
    },
  );

  /** Pins a region; `from` is the element that gets the focus back, or null for the region itself. */
  const open = (index, from, withFocus = true) => {
    hide();
    opener = from || index;
    document.body.classList.add("has-panel");
    // Above the sheet that narrow screens have.
    if (matchMedia("(max-width: 820px)").matches) map.getContainer().scrollIntoView({ block: "start" });
    panel.open(index, chosen, withFocus);
    regions.setPin(index);
    remember();
  };

  const addPointer = () => {
    const point = (event) => {
      const index = regions.indexOf(event.target);
      if (index >= 0 && event.pointerType !== "touch") show(index, { x: event.clientX, y: event.clientY });
      else hide();
    };
    regions.svg.addEventListener("pointermove", point);
    regions.svg.addEventListener("click", (event) => {
      const index = regions.indexOf(event.target);
      if (index >= 0 && !map.dragging.moved()) open(index, null);
    });
    regions.svg.addEventListener("pointerout", (event) => {
      if (event.pointerType === "mouse" && regions.indexOf(event.relatedTarget) < 0) hide();
    });
    map.on("movestart", hide);
  };

  const find = (index) => {
    open(index, search.input);
    map.invalidateSize({ animate: false });
    regions.zoomTo(index);
  };

  /** Shows what the address names; the rest stays as it is. */
  const restore = () => {
    const { region, ...named } = address.read();
    Object.assign(chosen, named);
    if (chosen.other === chosen.run) chosen.other = null;
    choices.show();
    restyle();
    if (region !== undefined && region !== panel.region()) open(region, null, false);
  };

  regions.svg.setAttribute(
    "aria-label", `Map of ${plural}. Arrow keys walk by name, a letter jumps to a name, Enter opens a panel.`,
  );
  const search = imageo.search(form, payload.names, singular, find);
  const choices = imageo.choices(form, payload, chosen, () => {
    restyle();
    remember();
  });
  restore();
  regions.fit(); // after all that takes room on the page
  regions.rescale();
  addPointer();
  walk = imageo.walk(map, regions, payload.names, { show, hide, open: (index) => open(index, null) });
  addEventListener("hashchange", restore);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
};
