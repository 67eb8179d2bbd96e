/* Equations, code and outputs that scroll in their own box can be reached, and so scrolled, with the
   keyboard.  Each is measured when it is laid out: at once, or as it comes near. */
(() => {
  const BOXES = "math[display], .highlight pre, .cell_output > .output";
  const watch = new ResizeObserver((changes) => {
    const boxes = changes.map(({ target }) => target);
    const scroll = boxes.map((box) => box.scrollWidth > box.clientWidth); // all at one layout
    boxes.forEach((box, k) => (scroll[k] ? (box.tabIndex = 0) : box.removeAttribute("tabindex")));
  });
  document.fonts.ready.then(() => {
    for (const box of document.querySelectorAll(BOXES)) watch.observe(box);
  });
})();
