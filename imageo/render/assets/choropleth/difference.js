"use strict";

/** Of two rates their difference, of two median errors their ratio; better than nothing is first of a pair. */
const differences = {
  rate: {
    between: (run, other) => run - other,
    classOf: imageo.classOfDifference,
    isBetter: (a, b) => a > b,
    told: imageo.points,
    row: "Difference",
    value: (reading) => `${imageo.percent(reading.rate)} (${imageo.interval(reading)})`,
    classes: (steps) => {
      const [far, wide, near] = steps.slice(3).reverse().map((step) => Math.round(100 * step));
      return [
        `worse by ${far} points or more`,
        `worse by ${wide}\u2013${far}`,
        `worse by ${near}\u2013${wide}`,
        `less than ${near} either way`,
        `better by ${near}\u2013${wide}`,
        `better by ${wide}\u2013${far}`,
        `better by ${far} points or more`,
      ];
    },
    heading: (label) => `${label}: difference in percentage points`,
    start: ({ meaning }) => `how much more often ${meaning}, in percentage points`,
    coloured: "how much more or less often one run is right than another",
  },
  distance: {
    between: (run, other) => (run === other ? 1 : run / other),
    classOf: (steps, ratio) => steps.length - imageo.classOf(steps, ratio),
    isBetter: (a, b) => a < b,
    told: imageo.times,
    row: "Ratio",
    value: (reading) => imageo.kilometres(reading.median),
    classes: (steps) => {
      const [quarter, half, less, more, twice, fourfold] = steps;
      return [
        `${fourfold} times the error or more`,
        `${twice}\u2013${fourfold} times`,
        `${more}\u2013${twice} times`,
        `about equal (${less}\u2013${more})`,
        `${half}\u2013${less} times`,
        `${quarter}\u2013${half} times`,
        `below ${quarter} times`,
      ];
    },
    heading: (label) => `${label}: as a multiple of the other run's`,
    start: () => "its median error as a multiple of the other's",
    coloured: "the median error of one run as a multiple of another's",
  },
};

/** A look at what one run does better or worse than another; see `imageo.rateLook`. */
imageo.differenceLook = (payload, chosen) => {
  const measure = payload.measures[chosen.measure];
  const { between, classOf, isBetter, told, row, value, classes, heading, start, coloured } = differences[measure.kind];
  const steps = payload.steps[measure.kind];
  const [singular] = payload.level;
  const pair = [chosen, { ...chosen, run: chosen.other }];
  const [mine, theirs] = pair.map((choice) => payload.names.map((_, index) => imageo.read(payload, choice, index)));
  const labels = pair.map(({ run }) => payload.runs[run]);

  const values = mine.map((reading, index) => {
    const both = [reading, theirs[index]];
    if (!both.every((each) => imageo.isEnough(payload, each))) return null;
    const [run, other] = both.map((each) => imageo.valueOf(payload, chosen, each));
    return run === null || other === null ? null : between(run, other);
  });

  const states = mine.map((reading, index) => {
    if (reading === null && theirs[index] === null) return "none";
    if (values[index] === null) return "thin";
    return `class-${classOf(steps, values[index])}`;
  });

  const rows = (index) => {
    const both = [mine[index], theirs[index]];
    if (both.every((reading) => reading === null)) return [["Images", "none"]];
    const images = both.map((reading) => (reading === null ? "0" : imageo.count(reading.n)));
    return [
      ...both.map((reading, which) => [labels[which], reading === null ? "no images" : value(reading)]),
      ...(values[index] === null ? [] : [[row, told(values[index])]]),
      ["Images", images[0] === images[1] ? images[0] : images.join(" and ")],
    ];
  };

  const summary = (index) => {
    if (states[index] === "none") return "no images";
    const spoken = rows(index).map(([name, text]) => `${name} ${text}`).join(", ");
    return states[index] === "thin" ? `too few images in one of the runs, ${spoken}` : spoken;
  };

  const sentence = () => {
    const said = `${labels[0]} against ${labels[1]}: ${start(measure)}.`;
    const items = values.map((each, index) => ({ value: each, index })).filter((item) => item.value !== null);
    if (items.length === 0) return `${said} No ${singular} has ${payload.minimum} images or more in both runs.`;
    const range = imageo.extremes(payload, items, isBetter, told);
    const where = `In ${imageo.many(payload, items.length)} where both have at least ${payload.minimum} images`;
    return `${said} ${where}: ${range}.`;
  };

  const [worse, better] = imageo.isDark() ? ["pink", "blue"] : ["orange", "purple"];
  return {
    scale: "diverging",
    states,
    rows,
    summary,
    note: (index) => (states[index] === "thin" ? `One of the runs has too few images (n < ${payload.minimum}).` : ""),
    classes: classes(steps),
    heading: heading(measure.label),
    thin: `too few images in a run (n\u00a0<\u00a0${payload.minimum})`,
    subtitle: `Each ${singular} is coloured by ${coloured}; ${worse} is worse, ${better} is better.`,
    remark: measure.kind === "rate"
      ? "The runs answered the same photos, so their two intervals give no interval of the difference: none is shown."
      : "",
    sentence,
  };
};

imageo.isDark = () => matchMedia("(prefers-color-scheme: dark)").matches;
