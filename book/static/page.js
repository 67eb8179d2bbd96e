/* Moving through the book: arrow keys, a way back to the top, links to headings. */
(() => {
  "use strict";

  // The left and right arrow keys turn the page, unless something that has the focus may want them.
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!document.activeElement.matches("body, .bd-article a, .prev-next-footer a")) return;
    if (document.activeElement.closest(".widget")) return;
    const relation = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    const link = relation && document.querySelector(`link[rel="${relation}"]`);
    if (link) location.href = link.href;
  });

  // A link that appears when a reader far down the page scrolls back. A page that has become taller
  // or shorter, as its sections were laid out, has moved without the reader.
  const top = document.createElement("a");
  top.className = "to-top d-print-none";
  top.href = "#";
  top.textContent = "Back to top";
  top.hidden = true;
  document.querySelector(".bd-main")?.append(top);
  let before = 0;
  let tall = 0;
  addEventListener(
    "scroll",
    () => {
      const { scrollHeight } = document.documentElement;
      if (scrollY > before || scrollY < 2 * innerHeight) top.hidden = true;
      else if (scrollY < before && scrollHeight === tall) top.hidden = false;
      [before, tall] = [scrollY, scrollHeight];
    },
    { passive: true },
  );

  // The sign beside a heading copies its address, where the browser allows that, and says so.
  addEventListener("click", async ({ target }) => {
    const link = target.closest?.("a.headerlink");
    if (!link || !navigator.clipboard) return;
    try {
      await navigator.clipboard.writeText(link.href);
    } catch {
      return; // not allowed: it is in the address bar
    }
    const said = document.createElement("span");
    said.className = "copied";
    said.setAttribute("role", "status");
    said.textContent = "link copied";
    link.after(said);
    setTimeout(() => said.remove(), 2000);
  });
})();
