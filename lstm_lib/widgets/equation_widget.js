// A widget is data: its markup, its graphs, and this script, which computes and paints.
//
//   data-value="f"           the element's text is the value of f, with data-digits="1" decimals
//   data-two-figures="d_0"   the element's text is the value of d_0 with two figures: 4.2 × 10⁻⁹
//   data-bind="a_1 f_1"      the element's CSS properties --v and --w are the values of a_1 and f_1
//   <input data-input="f">   a slider that sets f, or a checkbox that sets it to 1 or 0
//   <button data-choice="lit" data-option="forget">    sets the choice `lit`
//   <button data-preset='{"f_1": 1}'>                   sets several values at once
//   [data-lit], [data-mode]  follow the choice of that name; the style sheet does the rest

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
  const names = model.get("names");
  const choices = Object.keys(model.get("choices"));
  let painting = false;

  function update() {
    if (painting) return;
    painting = true; // the values set here were just computed: do not compute them again
    const graph = model.get("graphs")[model.get("mode")];
    const inputs = Object.fromEntries(names.map((name) => [name, model.get(name)]));
    const values = evaluate(graph, inputs);
    for (const name of names) if (name in values) model.set(name, values[name]);
    painting = false;
    paint({ ...inputs, ...values });
  }

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
      const says = result ? `, ${node.dataset.says} ${format(values[result])}` : "";
      node.setAttribute("aria-valuetext", format(values[name]) + says);
    }
    for (const [node, name] of boxes) node.checked = values[name] !== 0;
    for (const choice of choices) {
      const option = model.get(choice);
      root.dataset[choice] = option;
      for (const node of all(`svg[data-${choice}]`)) node.dataset[choice] = option;
    }
    for (const node of buttons) {
      node.setAttribute("aria-pressed", model.get(node.dataset.choice) === node.dataset.option);
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
    if (target.dataset.input) set({ [target.dataset.input]: value });
  });
  root.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button?.dataset.choice) set({ [button.dataset.choice]: button.dataset.option });
    if (button?.dataset.preset) set(JSON.parse(button.dataset.preset));
  });
  // A notebook has shortcuts on the arrow keys; while a slider has the focus, it gets them.
  root.addEventListener("keydown", (event) => event.stopPropagation());
  for (const name of [...names, ...choices]) model.on(`change:${name}`, update);
  update();
  return () => [...names, ...choices].forEach((name) => model.off(`change:${name}`, update));
}

export default { render };
