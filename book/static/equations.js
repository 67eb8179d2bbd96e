/* Equations and code that scroll in their own box can be reached, and so scrolled, with the keyboard. */
(() => {
  function update() {
    const boxes = [...document.querySelectorAll("math[display], .highlight pre")];
    const scroll = boxes.map((box) => box.scrollWidth > box.clientWidth); // all at one layout
    boxes.forEach((box, k) => (scroll[k] ? (box.tabIndex = 0) : box.removeAttribute("tabindex")));
  }

  document.fonts.ready.then(update);
  addEventListener("resize", update);
  addEventListener("toggle", update, true); // a fold, where they had no width
})();
