// The slider chooses a step; the widget's state has what to show at each step, from the cell.

const starts = new WeakMap(); // the step that is shown at first, however often it is shown

function render({ model, el }) {
  el.innerHTML = model.get("static_html");
  const root = el.firstElementChild;
  const slider = root.querySelector("input");
  const play = root.querySelector(".play");
  const clocks = [...root.querySelectorAll(".clock")];
  const rows = [...root.querySelectorAll("tr[data-ticks]")];
  const steps = model.get("steps");
  let timer = null;
  if (!starts.has(model)) starts.set(model, model.get("t"));

  function paint() {
    const t = model.get("t");
    const now = steps[t];
    slider.value = t;
    slider.setAttribute("aria-valuetext", now.said);
    root.querySelector(".slider .value").textContent = t;
    root.querySelector(".counted").textContent = now.counted;
    clocks.forEach((clock, k) => {
      clock.dataset.ticks = rows[k].dataset.ticks = now.ticks[k];
      clock.style.setProperty("--turn", now.turns[k]);
      clock.querySelector(".held").textContent = now.held[k];
    });
  }

  function go(t) {
    model.set("t", t % steps.length);
    model.save_changes();
  }

  function announce() {
    root.querySelector(".said").textContent = steps[model.get("t")].said;
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
  }

  play.addEventListener("click", () => {
    if (timer) {
      stop();
      return announce();
    }
    timer = setInterval(() => go(model.get("t") + 1), 900);
    play.textContent = "Pause";
    go(model.get("t") + 1);
  });
  root.querySelector(".next").addEventListener("click", () => {
    stop();
    go(model.get("t") + 1);
    announce();
  });
  root.querySelector(".reset").addEventListener("click", () => {
    stop();
    go(starts.get(model));
    announce();
  });
  slider.addEventListener("input", () => {
    stop();
    go(slider.valueAsNumber);
  });
  // A notebook has shortcuts on the arrow keys; while a slider has the focus, it gets them.
  root.addEventListener("keydown", (event) => event.stopPropagation());
  model.on("change:t", paint);
  paint();
  return () => {
    stop();
    model.off("change:t", paint);
  };
}

export default { render };
