/* Equations and code that scroll in their own box can be reached, and so scrolled, with the keyboard. */
(() => {
  function update() {
    for (const box of document.querySelectorAll("math[display], .highlight pre"))
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
  }

  document.fonts.ready.then(update);
  addEventListener("resize", update);
  addEventListener("toggle", update, true); // a fold, where they had no width
})();
