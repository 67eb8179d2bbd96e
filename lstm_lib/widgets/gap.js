// The slider chooses a gap; the widget's state has the results and the texts for each gap.

function render({ model, el }) {
  el.innerHTML = model.get("static_html");
  const root = el.firstElementChild;
  const slider = root.querySelector("input");
  const gaps = model.get("gaps");
  const betweens = root.querySelectorAll(".told i");
  const rows = [...root.querySelectorAll(".network")];

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

  slider.addEventListener("input", () => {
    model.set("gap", gaps[slider.valueAsNumber]);
    model.save_changes();
  });
  // A notebook has shortcuts on the arrow keys; while a slider has the focus, it gets them.
  root.addEventListener("keydown", (event) => event.stopPropagation());
  model.on("change:gap", paint);
  paint();
  return () => model.off("change:gap", paint);
}

export default { render };
