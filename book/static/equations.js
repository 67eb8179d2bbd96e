/* An equation that scrolls in its own box can be reached, and so scrolled, with the keyboard. */
(() => {
  function update() {
    for (const equation of document.querySelectorAll("math[display]"))
      if (equation.scrollWidth > equation.clientWidth) equation.tabIndex = 0;
      else equation.removeAttribute("tabindex");
  }

  document.fonts.ready.then(update);
  addEventListener("resize", update);
  addEventListener("toggle", update, true); // a fold, where an equation had no width
})();
