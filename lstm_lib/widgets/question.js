// Choosing an answer shows its reason at once, right or wrong.

let count = 0;

function render({ model, el }) {
  el.innerHTML = model.get("static_html");
  const root = el.firstElementChild;
  const status = root.querySelector("[role=status]");
  const name = `question-${(count += 1)}`; // radio buttons of one name belong together
  for (const input of root.querySelectorAll("input")) {
    input.name = name;
    input.addEventListener("change", () => {
      const label = input.closest("label");
      root.dataset.answered = label.dataset.right;
      status.innerHTML = label.nextElementSibling.innerHTML;
    });
  }
  root.addEventListener("keydown", (event) => event.stopPropagation());
}

export default { render };
