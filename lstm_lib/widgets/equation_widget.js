// A widget is data: its markup, its graphs, and this script, which computes and paints.
//
//   data-value="f"           the element's text is the value of f, with data-digits="1" decimals
//   data-two-figures="d_0"   the element's text is the value of d_0 with two figures: 4.2 × 10⁻⁹
//   data-bind="a_1 f_1"      the element's CSS properties --v and --w are the values of a_1 and f_1
//   <input data-input="f">   a slider that sets f, or a checkbox that sets it to 1 or 0
//   <button data-choice="lit" data-option="forget">    sets the choice `lit`
//   <button data-preset='{"f_1": 1}'>                   sets several values at once
//   <button class="reset">   sets everything as it was at first
//   <input data-row="f">     an upright slider; the arrows left and right go along its row
//   data-used="i_3"          the element is idle while i_3 is 0, until the <button class="more">
//                            shows all; while the hand is on a slider, nothing becomes idle
//   <button class="play">    shows what has a `data-turn` one after the other: `data-when` is
//                            "past", "now" or "later", and nothing when all is shown
//   <p data-verdict="miss" data-limit="0.1">   says `data-reached` if miss is below the limit, else
//                            `data-missed`
//   <span class="said">      says the values in `data-results` after a button or a checkbox was
//                            pressed, and the sliders that it moved
//   [data-lit], [data-mode]  follow the choice of that name; the style sheet does the rest
//
// A name of a result may have a choice in it: "h_{variant}".

function format(value, digits = 2) {
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "\u2212");
}

// As notation.two_figures: two significant figures, and a power of ten where that is shorter.
const RAISED = { "-": "\u207b", 1: "\u00b9", 2: "\u00b2", 3: "\u00b3" };

function twoFigures(value) {
  if (!Number.isFinite(value) || value === 0) return `${value}`.replace("-", "\u2212");
  const [figures, exponent] = value.toExponential(1).split("e").map(Number);
  if (Math.abs(exponent) <= 3) return format(value, Math.max(0, 1 - exponent));
  const raise = (c) => RAISED[c] ?? String.fromCharCode(0x2070 + Number(c));
  return `${format(figures, 1)} \u00d7 10${[...`${exponent}`].map(raise).join("")}`;
}

const starts = new WeakMap();

// What the widget shows at first, however often it is shown.
function startOf(model, names) {
  if (!starts.has(model)) {
    starts.set(model, Object.fromEntries(names.map((name) => [name, model.get(name)])));
  }
  return starts.get(model);
}

function render({ model, el }) {
  el.innerHTML = model.get("static_html");
  const root = el.firstElementChild;
  const all = (selector) => [...root.querySelectorAll(selector)];
  const texts = all("[data-value]").map((node) => [node, node.dataset.value, node.dataset.digits]);
  const rounded = all("[data-two-figures]").map((node) => [node, node.dataset.twoFigures]);
  const binds = all("[data-bind]").map((node) => [node, node.dataset.bind.split(" ")]);
  const sliders = all("input[type=range]").map((node) => [node, node.dataset.input]);
  const boxes = all("input[type=checkbox]").map((node) => [node, node.dataset.input]);
  const buttons = all("button[data-choice]");
  const presets = all("button[data-preset]").map((node) => [node, JSON.parse(node.dataset.preset)]);
  const verdicts = all("[data-verdict]");
  const used = all("[data-used]").map((node) => [node, node.dataset.used]);
  const turns = all("[data-turn]");
  const [play, more] = [".play", ".more"].map((button) => root.querySelector(button));
  const said = root.querySelector(".said");
  const names = model.get("names");
  const choices = Object.keys(model.get("choices"));
  const start = startOf(model, [...names, ...choices]);
  let painting = false;
  let byHand = false; // whether a slider is being moved
  let timer = null; // while the turns are played

  function update() {
    if (painting) return;
    if (timer) stop();
    painting = true; // the values set here were just computed: do not compute them again
    const graph = model.get("graphs")[model.get("mode")];
    const inputs = Object.fromEntries(names.map((name) => [name, model.get(name)]));
    const values = evaluate(graph, inputs);
    for (const name of names) if (name in values) model.set(name, values[name]);
    painting = false;
    paint({ ...inputs, ...values });
  }

  // A result is said as it is shown.
  const small = new Set(rounded.map(([, name]) => name));
  const inWords = (name) => (small.has(name) ? twoFigures : format)(model.get(name));
  const chosen = (name) => name.replace(/\{(\w+)\}/, (_, choice) => model.get(choice));

  function paint(values) {
    for (const [node, name, digits] of texts) node.textContent = format(values[name], digits);
    for (const [node, name] of rounded) node.textContent = twoFigures(values[name]);
    for (const [node, [first, second]] of binds) {
      node.style.setProperty("--v", values[first]);
      if (second) node.style.setProperty("--w", values[second]);
    }
    for (const [node, name] of sliders) {
      node.value = values[name];
      const result = node.dataset.result;
      const says = result ? `, ${node.dataset.says} ${inWords(chosen(result))}` : "";
      node.setAttribute("aria-valuetext", format(values[name]) + says);
    }
    for (const [node, name] of used) {
      if (values[name] !== 0) node.dataset.idle = false;
      else if (!byHand) node.dataset.idle = true;
    }
    tabStops();
    for (const [node, name] of boxes) node.checked = values[name] !== 0;
    for (const choice of choices) {
      const option = model.get(choice);
      root.dataset[choice] = option;
      for (const node of all(`svg[data-${choice}]`)) node.dataset[choice] = option;
    }
    for (const node of buttons) {
      node.setAttribute("aria-pressed", model.get(node.dataset.choice) === node.dataset.option);
    }
    for (const [node, preset] of presets) {
      const set = Object.entries(preset).every(([k, v]) => Math.abs(values[k] - v) < 1e-9);
      node.setAttribute("aria-pressed", set);
    }
    for (const node of verdicts) {
      const is = values[chosen(node.dataset.verdict)] < Number(node.dataset.limit);
      const words = is ? node.dataset.reached : node.dataset.missed;
      if (node.textContent !== words) node.textContent = words; // else it would be said again
      node.dataset.is = is;
    }
  }

  function set(changes) {
    painting = true;
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    painting = false;
    update();
    model.save_changes();
  }

  root.addEventListener("input", ({ target }) => {
    const value = target.type === "checkbox" ? Number(target.checked) : target.valueAsNumber;
    byHand = true;
    if (target.dataset.input) set({ [target.dataset.input]: value });
    byHand = false;
    if (target.type === "checkbox") say(`${target.getAttribute("aria-label")} ${target.checked ? "on" : "off"}`);
  });
  root.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    const before = settings();
    if (button?.dataset.choice) set({ [button.dataset.choice]: button.dataset.option });
    if (button?.dataset.preset) set(JSON.parse(button.dataset.preset));
    if (button?.classList.contains("reset")) {
      set(start);
      showMore(false);
    }
    if (button && button === more) showMore(root.dataset.more !== "true");
    if (button && button === play) return timer ? stop("Stopped") : turn(1);
    if (button) say(button.textContent, moved(before));
  });

  function showMore(all) {
    if (!more) return;
    root.dataset.more = all;
    more.setAttribute("aria-pressed", all);
    tabStops();
  }

  function say(what, moved = "") {
    const results = Object.entries(JSON.parse(said.dataset.results));
    const values = results.map(([name, words]) => `${words} ${inWords(chosen(name))}`);
    said.textContent = [what, ...values].join(", ") + moved;
  }

  const settings = () => sliders.map(([, name]) => model.get(name));

  // The sliders that were moved, in words; of many, how many.
  function moved(before) {
    const nodes = sliders.filter(([, name], k) => model.get(name) !== before[k]);
    const each = nodes.map(([node, name]) => `${node.getAttribute("aria-label")} ${format(model.get(name))}`);
    if (!each.length) return "";
    return each.length > 6 ? `; ${each.length} sliders moved` : `; set: ${each.join(", ")}`;
  }

  // Turns

  const TURN = 800; // milliseconds; the style sheet moves things for somewhat less

  function turn(now) {
    const last = Math.max(...turns.map((node) => node.dataset.turn));
    if (now > last) return stop("Played");
    for (const node of turns) {
      const then = node.dataset.turn - now;
      node.dataset.when = then < 0 ? "past" : then > 0 ? "later" : "now";
    }
    play.textContent = "Stop";
    timer = setTimeout(turn, TURN, now + 1);
  }

  function stop(why) {
    clearTimeout(timer);
    timer = null;
    for (const node of turns) delete node.dataset.when;
    play.textContent = "Play";
    if (why) say(why);
  }

  // Upright sliders. A row of them is one stop of the tab key. A mouse drags one, a finger taps on
  // its height: a finger that moves scrolls the page, and sets nothing.

  const upright = all("input[data-row]");

  function tabStops(focused) {
    const reached = new Set();
    for (const node of upright) {
      const { row } = node.dataset;
      const idle = root.dataset.more !== "true" && node.closest("[data-idle=true]");
      const stop = focused?.dataset.row === row ? node === focused : !idle && !reached.has(row);
      node.tabIndex = stop ? 0 : -1;
      if (stop) reached.add(row);
    }
  }

  root.addEventListener("focusin", ({ target }) => tabStops(target));
  root.addEventListener("focusout", () => tabStops());
  root.addEventListener("keydown", (event) => {
    const { row } = event.target.dataset;
    if (!row) return;
    const seen = upright.filter((node) => node.checkVisibility({ visibilityProperty: true }));
    const along = seen.filter((node) => node.dataset.row === row);
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by) {
      event.preventDefault();
      along[along.indexOf(event.target) + by]?.focus();
    }
    if (event.key !== "Tab") return;
    // From any place in a row to the next row, though the page has them column by column.
    const rows = [...new Set(seen.map((node) => node.dataset.row))];
    const next = rows[rows.indexOf(row) + (event.shiftKey ? -1 : 1)];
    if (next) {
      event.preventDefault();
      seen.find((node) => node.dataset.row === next).focus();
    } else if (event.shiftKey) along[0].focus();
  });

  const THUMB = 8; // half of it, in pixels
  let down = null; // the slider that is pressed, where, and whether with a finger

  function setTo(slider, { clientY }) {
    const { bottom, height } = slider.getBoundingClientRect();
    const share = (bottom - THUMB - clientY) / (height - 2 * THUMB);
    slider.value = Number(slider.min) + share * (slider.max - slider.min);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }

  root.addEventListener("pointerdown", (event) => {
    const slider = event.target.closest(".vertical")?.querySelector("input");
    if (!slider || event.clientY > slider.getBoundingClientRect().bottom) return;
    down = { slider, y: event.clientY, x: event.clientX, finger: event.pointerType === "touch" };
    if (down.finger) return;
    event.preventDefault(); // no text is selected
    slider.focus({ preventScroll: true });
    root.setPointerCapture(event.pointerId);
    setTo(slider, event);
  });
  root.addEventListener("pointermove", (event) => {
    if (down && !down.finger) setTo(down.slider, event);
  });
  root.addEventListener("pointerup", (event) => {
    const moved = down && Math.hypot(event.clientX - down.x, event.clientY - down.y);
    if (down?.finger && moved < THUMB) setTo(down.slider, event);
    down = null;
  });
  root.addEventListener("pointercancel", () => (down = null)); // the page scrolls

  // A notebook has shortcuts on the arrow keys; while a slider has the focus, it gets them.
  root.addEventListener("keydown", (event) => event.stopPropagation());
  for (const name of [...names, ...choices]) model.on(`change:${name}`, update);
  update();
  return () => {
    clearTimeout(timer);
    [...names, ...choices].forEach((name) => model.off(`change:${name}`, update));
  };
}

export default { render };
