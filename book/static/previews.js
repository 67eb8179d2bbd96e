/* A link to the glossary or the bibliography shows what it leads to, in a box beside it: when it is
   pointed at, has the focus, or is touched once. The boxes are in the page (previews.py). */
(() => {
  "use strict";
  if (!HTMLElement.prototype.showPopover) return;

  const LINKS = "a[aria-describedby^='preview-']";
  let link, box, waiting;

  function show(next, y) {
    hide();
    link = next;
    box = document.getElementById(link.getAttribute("aria-describedby"));
    box.showPopover();
    // Beside the line that is pointed at, if the link has two.
    const lines = [...link.getClientRects()];
    const line = lines.find(({ top, bottom }) => top <= y && y <= bottom) ?? lines[0];
    const { width, height } = box.getBoundingClientRect();
    const above = line.top - height - 4;
    const below = line.bottom + 4;
    const left = Math.min(line.left, document.documentElement.clientWidth - width - 12);
    box.style.left = `${scrollX + Math.max(left, 12)}px`;
    box.style.top = `${scrollY + (below + height > innerHeight && above > 0 ? above : below)}px`;
  }

  function hide() {
    clearTimeout(waiting);
    if (box) box.hidePopover();
    link = box = undefined;
  }

  function later(act, milliseconds) {
    clearTimeout(waiting);
    waiting = setTimeout(act, milliseconds);
  }

  // The pointer may go from the link to the box; whatever else it goes to, the box closes.
  addEventListener("pointerover", ({ target, pointerType, clientY }) => {
    if (pointerType === "touch") return;
    const next = target.closest?.(LINKS);
    if ((next && next === link) || target.closest?.(".preview")) clearTimeout(waiting);
    else if (next) later(() => show(next, clientY), 200);
    else if (!link?.matches(":focus-visible")) later(hide, 300);
  });

  addEventListener("focusin", ({ target }) => {
    if (target.matches(LINKS) && target.matches(":focus-visible")) show(target);
  });
  addEventListener("focusout", ({ target }) => target === link && hide());
  addEventListener("keydown", ({ key }) => key === "Escape" && hide());
  addEventListener("pagehide", hide);

  // The first touch shows the box, the second follows the link.
  addEventListener("click", (event) => {
    if (event.pointerType !== "touch") return;
    const next = event.target.closest?.(LINKS);
    if (next && next !== link) {
      event.preventDefault();
      show(next, event.clientY);
    } else if (!next && !event.target.closest?.(".preview")) hide();
  });
})();
