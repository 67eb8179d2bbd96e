// A cell reads a sequence: its graph and its weights are in the state, and are computed here for
// all units at once.

function format(value) {
  const text = value.toFixed(2);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "\u2212");
}

// One operation of the graph on numbers, or on lists with a number for each unit.
function compute_units(op, args) {
  if (op === "matmul") {
    const [rows, vector] = args;
    return rows.map((row) => row.reduce((sum, weight, k) => sum + weight * vector[k], 0));
  }
  const units = args.find(Array.isArray);
  if (!units) return compute[op](...args);
  return units.map((_, k) => compute[op](...args.map((a) => (Array.isArray(a) ? a[k] : a))));
}

// Every value of one step by name, each a list with a number for each unit.
function step(graph, inputs) {
  const results = [];
  for (const [op, ...args] of graph.tape) {
    if (op === "input") results.push(inputs[args[0]]);
    else if (op === "const") results.push(args[0]);
    else results.push(compute_units(op, args.map((k) => results[k])));
  }
  return Object.fromEntries(Object.entries(graph.names).map(([name, k]) => [name, results[k]]));
}

// A gate that is held open has no weights, and a bias without end.
function held(weights, gate) {
  const fill = (of, value) => (Array.isArray(of) ? of.map((each) => fill(each, value)) : value);
  return Object.fromEntries(
    Object.entries(weights).map(([name, of]) => {
      const [kind, ...rest] = name.split("_");
      return [name, rest.join("_") === gate ? fill(of, kind === "b" ? Infinity : 0) : of];
    }),
  );
}

function read(model) {
  const weights = held(model.get("weights"), model.get("held_open"));
  const zeros = weights.b_f.map(() => 0);
  let last = { h_prev: zeros, c_prev: zeros };
  return model.get("x").map((x) => {
    const values = { ...step(model.get("graph"), { ...weights, ...last, x }), ...last };
    last = { h_prev: values.h, c_prev: values.c };
    return values;
  });
}

const starts = new WeakMap(); // what is shown at first, however often it is shown

function render({ model, el }) {
  el.innerHTML = model.get("static_html");
  const root = el.firstElementChild;
  const all = (selector) => [...root.querySelectorAll(selector)];
  const [slider, play] = ["input", ".play"].map((selector) => root.querySelector(selector));
  const [score, pointed, said] = [".score", ".pointed", ".said"].map((s) => root.querySelector(s));
  const places = all("[data-value]");
  const tokens = model.get("tokens");
  const units = model.get("units");
  const meanings = model.get("meanings");
  const hint = pointed.textContent;
  // A notebook stores the names of a dictionary in the order of the alphabet: the order is the
  // markup's.
  const strips = all(".strip").map((strip) => strip.dataset.strip);
  const rows = all(".over-time").map((row) => ({
    cells: [...row.querySelectorAll("[role=gridcell]")],
    name: row.closest(".strip").dataset.strip,
    unit: row.dataset.of,
  }));
  const row_of = new Map(rows.flatMap((row) => row.cells.map((cell) => [cell, row])));
  let values = read(model);
  let cursor = rows[0]; // where the arrow keys are
  let timer = null;
  if (!starts.has(model))
    starts.set(model, Object.fromEntries(model.get("settings").map((n) => [n, model.get(n)])));

  const at = (row, t) => format(values[t][row.name][units[row.unit]]);
  const in_words = (row, t) => `${meanings[row.name]} of ${row.unit} at ${tokens[t]}: ${at(row, t)}`;

  // The strips, which change only when a gate is held open.
  function paint_strips() {
    const of = (name) => values.flatMap((now) => Object.values(units).map((k) => now[name][k]));
    const largest = Math.max(...of("c").map(Math.abs));
    const scale = Math.max(1, Math.ceil(2 * largest - 1e-9) / 2);
    root.querySelector(".scale").textContent = `\u00b1${scale}`;
    for (const { cells, name, unit } of rows)
      cells.forEach((cell, t) => {
        const share = values[t][name][units[unit]] / (name === "c" ? scale : 1);
        cell.style.setProperty("--v", share.toFixed(4));
      });
  }

  function paint() {
    const [t, unit] = [model.get("t"), model.get("unit")];
    const now = (name) => format(values[t][name][units[unit]]);
    root.style.setProperty("--t", t);
    root.querySelector(".token").textContent = tokens[t];
    for (const place of places) place.textContent = now(place.dataset.value);
    for (const button of all("[data-unit]"))
      button.setAttribute("aria-pressed", button.dataset.unit === unit);
    for (const button of all("[data-open]"))
      button.setAttribute("aria-pressed", button.dataset.open === model.get("held_open"));
    slider.value = t;
    const parts = strips.map((name) => `${meanings[name]} ${now(name)}`);
    const place = `${tokens[t]}, ${t + 1} of ${tokens.length}`;
    slider.setAttribute("aria-valuetext", `${place}; ${unit}: ${parts.join(", ")}`);
    if (cursor.unit !== unit) cursor = rows.find((r) => r.name === cursor.name && r.unit === unit);
    for (const cell of all("[tabindex]")) cell.removeAttribute("tabindex");
    const cell = cursor.cells[t];
    cell.tabIndex = 0;
    cell.setAttribute("aria-label", in_words(cursor, t));
  }

  function paint_all() {
    values = read(model);
    paint_strips();
    paint();
  }

  function set(changes) {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  }

  const go = (t) => set({ t: Math.min(Math.max(t, 0), tokens.length - 1) });
  const announce = () => (said.textContent = slider.getAttribute("aria-valuetext"));

  function stop() {
    if (!timer) return;
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
    announce();
  }

  function start() {
    const last = tokens.length - 1;
    timer = setInterval(() => {
      go(model.get("t") + 1);
      if (model.get("t") === last) stop();
    }, 900);
    play.textContent = "Pause";
    go(model.get("t") === last ? 0 : model.get("t") + 1);
    if (model.get("t") === last) stop();
  }

  root.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    if (button === play) return timer ? stop() : start();
    stop();
    if (button.className === "back") go(model.get("t") - 1);
    if (button.className === "next") go(model.get("t") + 1);
    if (button.className === "reset") set(starts.get(model));
    if (button.dataset.unit) set({ unit: button.dataset.unit });
    if (button.dataset.open) set({ held_open: button.dataset.open });
    announce();
  });
  slider.addEventListener("input", () => {
    stop();
    go(slider.valueAsNumber);
  });

  // A mouse or a finger moves along the tokens. A finger that goes up or down scrolls the page.
  let down = null;

  function token_at(x) {
    const [first, last] = [rows[0].cells[0], rows[0].cells.at(-1)];
    const [left, right] = [first.getBoundingClientRect().left, last.getBoundingClientRect().right];
    return Math.floor(((x - left) / (right - left)) * tokens.length);
  }

  function choose(event, with_unit) {
    stop();
    const row = row_of.get(document.elementFromPoint(event.clientX, event.clientY));
    if (with_unit && row) {
      cursor = row;
      set({ unit: row.unit });
      pointed.textContent = in_words(row, model.get("t"));
    }
    go(token_at(event.clientX));
    if (with_unit && row) pointed.textContent = in_words(row, model.get("t"));
  }

  score.addEventListener("pointerdown", (event) => {
    down = { x: event.clientX, moved: event.pointerType === "mouse" };
    score.setPointerCapture(event.pointerId);
    if (down.moved) choose(event, true);
  });
  score.addEventListener("pointermove", (event) => {
    if (down) {
      down.moved ||= Math.abs(event.clientX - down.x) > 6;
      if (down.moved) choose(event, false);
    } else {
      const row = row_of.get(event.target);
      pointed.textContent = row ? in_words(row, row.cells.indexOf(event.target)) : hint;
    }
  });
  score.addEventListener("pointerup", (event) => {
    if (down && !down.moved) choose(event, true);
    down = null;
  });
  score.addEventListener("pointercancel", () => (down = null));
  score.addEventListener("pointerleave", () => {
    if (!down && !row_of.has(document.activeElement)) pointed.textContent = hint;
  });

  // The arrow keys go from cell to cell; there is one stop for the tab key.
  const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  score.addEventListener("keydown", (event) => {
    if (!row_of.has(event.target) || !MOVES[event.key]) return;
    event.preventDefault();
    stop();
    const [down, along] = MOVES[event.key];
    const place = Math.min(Math.max(rows.indexOf(cursor) + down, 0), rows.length - 1);
    cursor = rows[place];
    set({ unit: cursor.unit });
    go(model.get("t") + along);
    paint();
    cursor.cells[model.get("t")].focus();
  });
  score.addEventListener("focusin", ({ target }) => {
    if (row_of.has(target)) pointed.textContent = in_words(row_of.get(target), model.get("t"));
  });

  // A notebook has shortcuts on the arrow keys; while a control has the focus, it gets them.
  root.addEventListener("keydown", (event) => event.stopPropagation());
  const painters = { t: paint, unit: paint, held_open: paint_all };
  for (const [name, painter] of Object.entries(painters)) model.on(`change:${name}`, painter);
  paint_all();
  return () => {
    clearInterval(timer);
    for (const [name, painter] of Object.entries(painters)) model.off(`change:${name}`, painter);
  };
}

export default { render };
