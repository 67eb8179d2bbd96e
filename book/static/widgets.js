/* The widgets of a page, without a kernel.

   A notebook stores the state of its widgets, and the page embeds it.  Here it becomes models that
   behave as they do in a notebook (`get`, `set`, `on`, `off`), joined by the links the notebook made;
   then each `<div class="widget" data-model="…">` gives up its static figure for the live view.
   Anywidgets bring their own script; a few plain controls of ipywidgets are drawn below.
   Nothing is fetched: not over http, not from the disk. */
(() => {
  "use strict";

  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const REFERENCE = "IPY_MODEL_"; // how the saved state of one model names another

  const same = (a, b) => Object.is(a, b) || JSON.stringify(a) === JSON.stringify(b);

  // -- Models ---------------------------------------------------------------------------------

  /* One widget's values.  The methods are those that an anywidget's script may call. */
  class Model {
    constructor(id, saved, manager) {
      this.model_id = id;
      this.name = saved.model_name; // "AnyModel", "FloatSliderModel", …
      this.widget_manager = manager;
      this.values = { ...saved.state };
      this.listeners = []; // { event, callback, context }
      for (const { path, data } of saved.buffers ?? []) this.restore(path, data);
    }

    /* Binary values are saved apart, as base64, with the path at which they belong. */
    restore(path, base64) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const owner = path.slice(0, -1).reduce((value, key) => value[key], this.values);
      owner[path.at(-1)] = new DataView(bytes.buffer);
    }

    get(name) {
      return this.values[name];
    }

    /* `set("f", 0.5)` or `set({ f: 0.5, i: 0.2 })`; who listens hears of real changes only. */
    set(name, value) {
      const changes = typeof name === "object" ? name : { [name]: value };
      const changed = Object.keys(changes).filter((key) => !same(this.values[key], changes[key]));
      for (const key of changed) this.values[key] = changes[key];
      for (const key of changed) this.trigger(`change:${key}`, this, this.values[key]);
      if (changed.length) this.trigger("change", this);
    }

    on(events, callback, context) {
      for (const event of events.split(" ")) this.listeners.push({ event, callback, context });
    }

    /* Every argument that is given narrows what is removed. */
    off(events, callback, context) {
      this.listeners = this.listeners.filter(
        (listener) =>
          (events && !events.split(" ").includes(listener.event)) ||
          (callback && callback !== listener.callback) ||
          (context && context !== listener.context),
      );
    }

    trigger(event, ...details) {
      for (const listener of [...this.listeners])
        if (listener.event === event) listener.callback.apply(listener.context, details);
    }

    // There is no kernel to tell.
    save_changes() {}
    send() {}
  }

  class Manager {
    constructor(states) {
      this.models = new Map();
      for (const [id, saved] of Object.entries(states)) this.models.set(id, new Model(id, saved, this));
    }

    /* The model with this id, or with this reference to it (`IPY_MODEL_` and the id). */
    find(reference) {
      const model = this.models.get(reference.replace(REFERENCE, ""));
      if (!model) throw new Error("its saved state is not in the page");
      return model;
    }

    async get_model(reference) {
      return this.find(reference);
    }

    async create_view(model) {
      const el = document.createElement("div");
      await show(model, el);
      return { model, el };
    }
  }

  // -- Links: jslink and jsdlink --------------------------------------------------------------

  function follow([source, sourceName], [target, targetName]) {
    source.on(`change:${sourceName}`, () => target.set(targetName, source.get(sourceName)));
  }

  function link(model, manager) {
    const [source, target] = ["source", "target"].map((end) => {
      const [reference, name] = model.get(end);
      return [manager.find(reference), name];
    });
    target[0].set(target[1], source[0].get(source[1]));
    follow(source, target);
    if (model.name === "LinkModel") follow(target, source);
  }

  // -- Views ----------------------------------------------------------------------------------

  /* An element and its attributes, children last: element("input", { type: "range" }). */
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  /* Keep `paint` true to the model: now, and whenever the model changes. */
  function paintFrom(model, paint) {
    model.on("change", paint);
    paint();
  }

  /* An <input> with the widget's description as its label and, if wanted, its value beside it. */
  function control(model, el, type, { parse = String, readout = null } = {}) {
    const input = element("input", { type });
    const value = element("output");
    for (const limit of ["min", "max", "step"])
      if (model.get(limit) != null) input.setAttribute(limit, model.get(limit));
    input.disabled = Boolean(model.get("disabled"));
    const name = model.get("description");
    if (!name) input.setAttribute("aria-label", model.get("tooltip") || "value");
    el.append(element("label", { class: "control" }, element("span", {}, name ?? ""), input));
    if (readout) el.firstChild.append(value);

    input.addEventListener("input", () => {
      const entered = parse(input.value);
      if (!Number.isNaN(entered)) model.set("value", entered);
    });
    paintFrom(model, () => {
      if (parse(input.value) !== model.get("value")) input.value = model.get("value");
      if (readout) value.textContent = readout(model.get("value"));
    });
  }

  /* ".2f" asks for two decimals; a minus sign is as wide as a plus sign. */
  function readoutOf(model) {
    if (model.get("readout") === false) return null;
    const decimals = Number(/\.(\d+)f/.exec(model.get("readout_format"))?.[1] ?? 0);
    return (value) => value.toFixed(decimals).replace("-", "\u2212");
  }

  const slider = (model, el) =>
    control(model, el, "range", { parse: Number, readout: readoutOf(model) });
  const number = (model, el) =>
    control(model, el, "number", { parse: (text) => (text === "" ? NaN : Number(text)) });
  const text = (model, el) => control(model, el, "text");

  function label(model, el) {
    paintFrom(model, () => (el.textContent = model.get("value")));
  }

  function html(model, el) {
    paintFrom(model, () => (el.innerHTML = model.get("value")));
  }

  /* One widget that fails, or that is not known here, leaves its siblings alone. */
  async function box(model, el, direction) {
    el.classList.add("widget-box", `widget-${direction}`);
    for (const reference of model.get("children")) {
      const child = el.appendChild(element("div"));
      try {
        await show(model.widget_manager.find(reference), child);
      } catch (error) {
        report(child, error);
      }
    }
  }

  /* An anywidget: its script is text in its state, or the number of a text in `lstm-widgets.js`; it
     is imported once however many widgets share it. */
  const scripts = new Map();

  function importText(source) {
    if (!scripts.has(source)) {
      const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
      scripts.set(source, import(address).finally(() => URL.revokeObjectURL(address)));
    }
    return scripts.get(source);
  }

  async function definition(model) {
    const source = model.get("_esm");
    const script = await importText(typeof source === "number" ? window.widgetScripts[source] : source);
    const exported = script.default ?? script;
    const widget = typeof exported === "function" ? await exported() : exported;
    await widget.initialize?.({ model });
    return widget;
  }

  async function anywidget(model, el) {
    model.definition ??= definition(model); // initialised once, shown as often as the page asks
    const widget = await model.definition;
    await widget.render?.({ model, el });
    remember(el, model);
  }

  const VIEWS = {
    AnyModel: anywidget,
    FloatSliderModel: slider,
    IntSliderModel: slider,
    FloatTextModel: number,
    IntTextModel: number,
    BoundedFloatTextModel: number,
    BoundedIntTextModel: number,
    TextModel: text,
    LabelModel: label,
    HTMLModel: html,
    HBoxModel: (model, el) => box(model, el, "row"),
    VBoxModel: (model, el) => box(model, el, "column"),
  };

  async function show(model, el) {
    const view = VIEWS[model.name];
    if (!view) throw new Error(`this page has no view for a ${model.name}`);
    await view(model, el);
  }

  // -- The address ----------------------------------------------------------------------------

  /* `…/belt.html#fig-belt?f_3=0.5`: a widget, by the name of its figure, and what is not as it was at
     first.  The reader's hand writes it, so that the address can be sent or kept. */
  const started = []; // each widget that is shown: its place, its model and its values at first

  function remember(el, model) {
    const names = model.get("settings") ?? [];
    const first = Object.fromEntries(names.map((name) => [name, model.get(name)]));
    if (names.length) started.push({ el, model, first });
  }

  const within = (figure) => started.filter(({ el }) => figure.contains(el));

  /* Once the hand has rested. */
  let timer;
  function writeLater({ target }) {
    clearTimeout(timer);
    timer = setTimeout(writeAddress, 200, target.closest("figure[id]"));
  }

  function writeAddress(figure) {
    if (!figure || !/^(http|file)/.test(location.protocol)) return; // elsewhere it is not ours
    const short = (value) => (typeof value === "number" ? Number(value.toPrecision(6)) : value);
    const changed = within(figure).flatMap(({ model, first }) =>
      Object.keys(first)
        .filter((name) => !same(model.get(name), first[name]))
        .map((name) => [name, short(model.get(name))]),
    );
    const own = location.hash.split("?")[0] === `#${figure.id}`;
    if (changed.length) history.replaceState(null, "", `#${figure.id}?${new URLSearchParams(changed)}`);
    else if (own) history.replaceState(null, "", `#${figure.id}`);
  }

  function readAddress() {
    const [id, query] = location.hash.slice(1).split("?");
    const figure = query && document.getElementById(id);
    const widgets = figure ? within(figure) : [];
    if (!widgets.length) return;
    const asked = [...new URLSearchParams(query)];
    const kept = asked.filter((each) => widgets.some((widget) => allowed(widget, ...each)));
    for (const { model, first } of widgets) {
      const own = kept.filter(([name]) => name in first);
      model.set({ ...first, ...Object.fromEntries(own.map(([n, text]) => [n, read(first[n], text)])) });
    }
    for (const [name, text] of asked.filter((each) => !kept.includes(each)))
      report(widgets[0].el, new Error(`its address asks for ${name}=${text}, which it does not have`));
    figure.scrollIntoView();
  }

  const read = (first, text) => (typeof first === "number" ? Number(text || NaN) : text);

  function allowed({ el, model, first }, name, text) {
    if (!(name in first)) return false;
    const value = read(first[name], text);
    const options = model.get("choices")[name];
    if (options) return options.includes(value);
    const slider = el.querySelector(`input[type=range][data-input="${name}"]`);
    return Number.isFinite(value) && (!slider || (value >= slider.min && value <= slider.max));
  }

  // -- For a slide ----------------------------------------------------------------------------

  /* `…/belt.html?large#fig-belt`: that figure alone, as large as the window.  Its widget stays what it
     is, and its address says so.  The Escape key, or a button, leads back to the page. */
  function showLarge() {
    const figure = document.getElementById(location.hash.slice(1).split("?")[0]);
    if (!new URLSearchParams(location.search).has("large") || !figure?.matches("figure")) return;
    const back = element("button", { type: "button", class: "back" }, "Back to the page");
    const dialog = element("dialog", { class: "large", "aria-label": "One figure of the page", tabindex: -1 });
    figure.before(dialog);
    dialog.append(figure, back);
    dialog.showModal();
    dialog.focus(); // and nothing in it, which would have a ring

    function fit() {
      figure.style.zoom = 1;
      const { width, height } = figure.getBoundingClientRect();
      const room = { width: dialog.clientWidth - 32, height: dialog.clientHeight - 32 - back.offsetHeight };
      figure.style.zoom = Math.max(1, Math.min(room.width / width, room.height / height));
    }

    fit();
    addEventListener("resize", fit);
    back.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      removeEventListener("resize", fit);
      figure.style.zoom = "";
      dialog.replaceWith(figure);
      history.replaceState(null, "", location.pathname + location.hash);
      figure.scrollIntoView();
    });
  }

  // -- The page -------------------------------------------------------------------------------

  /* Say it where the reader is, below whatever the place already shows. */
  function report(place, error) {
    console.error(error);
    place.append(
      element("p", { class: "widget-problem", role: "status" }, `This widget is not as it should be: ${error.message}.`),
    );
  }

  /* The live view is finished before it takes the place of the static figure, in one step. */
  async function mount(place, manager) {
    const el = element("div");
    try {
      const model = manager.find(place.dataset.model);
      model.values.static_html ??= place.innerHTML; // a page has it once
      await show(model, el);
      place.replaceChildren(el);
      place.dataset.live = "";
      for (const event of ["input", "click"]) place.addEventListener(event, writeLater);
    } catch (error) {
      report(place, error);
    }
  }

  const states = [...document.querySelectorAll(STATE)].map((script) => JSON.parse(script.textContent).state);
  const manager = new Manager(Object.assign({}, ...states));

  // A style sheet is in the state of one of the widgets that share it, be that one shown or not.
  const styles = new Set([...manager.models.values()].map((model) => model.get("_css")));
  for (const css of styles) if (css) document.head.append(element("style", {}, css));

  for (const model of manager.models.values()) {
    try {
      if (model.name === "LinkModel" || model.name === "DirectionalLinkModel") link(model, manager);
    } catch (error) {
      console.error(error); // a link to a widget that was closed joins nothing
    }
  }
  // One after the other, and between two of them the browser may do what the reader asks for.
  async function mountAll() {
    for (const place of document.querySelectorAll(".widget[data-model]")) {
      await mount(place, manager);
      await new Promise((done) => setTimeout(done));
    }
  }

  mountAll().then(readAddress).then(showLarge);
  addEventListener("hashchange", readAddress);
})();
