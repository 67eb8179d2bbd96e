// The slider chooses a gap; the widget's state has the results and the texts for each gap.

const starts = new WeakMap(); // the gap that is shown at first, however often it is shown

function render({ model, el }) {
  el.innerHTML = model.get("static_html");
  const root = el.firstElementChild;
  const slider = root.querySelector("input");
  const gaps = model.get("gaps");
  const betweens = root.querySelectorAll(".told i");
  const rows = [...root.querySelectorAll(".network")];

  if (!starts.has(model)) starts.set(model, model.get("gap"));

  function paint() {
    const gap = model.get("gap");
    const measured = model.get("measured")[gap];
    if (!measured) return; // a linked widget may have gaps that were not measured
    slider.value = gaps.indexOf(gap);
    slider.setAttribute("aria-valuetext", measured.said);
    root.querySelector(".value").textContent = measured.words;
    betweens.forEach((word, k) => (word.hidden = k >= gap));
    rows.forEach((row, k) => {
      row.style.setProperty("--v", measured.means[k]);
      row.querySelectorAll(".seed").forEach((dot, seed) => {
        dot.style.setProperty("--v", measured.seeds[k][seed]);
      });
      row.querySelector(".number").innerHTML = measured.numbers[k];
    });
  }

  function go(gap) {
    model.set("gap", gap);
    model.save_changes();
  }

  slider.addEventListener("input", () => go(gaps[slider.valueAsNumber]));
  root.querySelector(".reset").addEventListener("click", () => {
    go(starts.get(model));
    root.querySelector(".said").textContent = model.get("measured")[model.get("gap")].said;
  });
  // A notebook has shortcuts on the arrow keys; while a slider has the focus, it gets them.
  root.addEventListener("keydown", (event) => event.stopPropagation());
  model.on("change:gap", paint);
  paint();
  return () => model.off("change:gap", paint);
}

export default { render };
