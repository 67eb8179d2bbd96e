/* What is around the text of a page: light and dark, the sidebars, the search, the menu of downloads.
   The markup is the theme's; its scripts, with the library that they need, are ten times as large. */
(() => {
  "use strict";
  const root = document.documentElement;
  const find = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];

  // -- Light and dark ---------------------------------------------------------------------------

  const DARK = matchMedia("(prefers-color-scheme: dark)");

  /* `mode` is "light", "dark", or "auto": as the system is. */
  function light(mode) {
    root.dataset.mode = mode;
    root.dataset.theme = mode !== "auto" ? mode : DARK.matches ? "dark" : "light";
    try {
      for (const name of ["mode", "theme"])
        if (mode === "auto") localStorage.removeItem(name);
        else localStorage.setItem(name, mode);
    } catch {} // no room: it lasts as long as the page
  }

  for (const button of all(".theme-switch-button")) {
    button.addEventListener("click", () => {
      const modes = DARK.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"]; // each a change
      light(modes[(modes.indexOf(root.dataset.mode) + 1) % 3]);
    });
  }
  DARK.addEventListener("change", () => root.dataset.mode === "auto" && light("auto"));
  light(root.dataset.mode);

  // -- Boxes over the page ----------------------------------------------------------------------

  /* A dialog closes if something outside of it is clicked, and at Escape, whatever its field holds. */
  function closable(dialog) {
    dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // or the browser would close what is below, too
      dialog.close();
    });
    dialog.addEventListener("click", ({ target, clientX: x, clientY: y }) => {
      const { left, right, top, bottom } = dialog.getBoundingClientRect();
      if (target === dialog && (x < left || x > right || y < top || y > bottom)) dialog.close();
    });
  }

  // -- Search -----------------------------------------------------------------------------------

  const box = document.getElementById("pst-search-dialog");
  const field = find("main form.bd-search input"); // of the page of results
  const APPLE = /Mac|iPhone|iPad/.test(navigator.platform);

  /* To the field of the page, if it is the page of results; else in a box over it. */
  function search() {
    if (field) {
      for (const dialog of all("dialog[open]")) dialog.close(); // the list of pages, where it began
      field.focus();
      field.select();
    } else if (box.open) box.close();
    else box.showModal();
  }

  if (box) {
    closable(box);
    for (const button of all(".search-button__button")) button.addEventListener("click", search);
    addEventListener("keydown", (event) => {
      const { key, altKey, shiftKey, ctrlKey, metaKey } = event;
      if (key?.toLowerCase() !== "k" || altKey || shiftKey) return;
      if (APPLE ? ctrlKey || !metaKey : metaKey || !ctrlKey) return;
      event.preventDefault();
      search();
    });
    if (APPLE) for (const key of all(".kbd-shortcut__modifier")) key.textContent = "⌘";
    if (field && !new URLSearchParams(location.search).get("q")) field.focus();
  }

  // -- Sidebars ---------------------------------------------------------------------------------

  const pages = document.getElementById("pst-primary-sidebar");
  const WIDE = matchMedia("(min-width: 960px)"); // the list of pages is beside the text
  const WIDER = matchMedia("(min-width: 1200px)"); // and that of sections, on its other side

  /* All of a sidebar into its dialog, or back. */
  function move(from, to) {
    to.append(...from.childNodes);
    to.classList.add(...from.classList);
    from.className = "";
  }

  for (const [name, sidebar, beside] of [
    ["primary", pages, WIDE],
    ["secondary", document.getElementById("pst-secondary-sidebar"), WIDER],
  ]) {
    const button = find(`.${name}-toggle`);
    const dialog = document.getElementById(`pst-${name}-sidebar-modal`);
    if (!button || !dialog || !sidebar) continue;
    button.addEventListener("click", () => {
      if (beside.matches) return sidebar.classList.toggle("pst-sidebar-hidden");
      sidebar.classList.remove("pst-sidebar-hidden");
      move(sidebar, dialog);
      dialog.showModal();
      if (sidebar === pages) showPage(dialog);
    });
    closable(dialog);
    dialog.addEventListener("click", ({ target }) => target.closest("a") && dialog.close());
    dialog.addEventListener("close", () => move(dialog, sidebar));
    beside.addEventListener("change", () => dialog.close());
  }

  /* The list of pages is where the reader left it on the page before, or shows this page. */
  function showPage(list) {
    const kept = sessionStorage.getItem("place in the list of pages");
    const here = [...list.querySelectorAll(".bd-docs-nav .active")].at(-1);
    const below = here?.getBoundingClientRect().top - innerHeight / 2;
    if (kept !== null) list.scrollTop = kept;
    else if (below > 0) list.scrollTop += below;
  }

  if (pages && WIDE.matches) showPage(pages);
  addEventListener("pagehide", () => {
    if (!pages?.querySelector(".bd-docs-nav") || !WIDE.matches) return;
    try {
      sessionStorage.setItem("place in the list of pages", pages.scrollTop);
    } catch {} // no room: the next page shows its own place
  });

  // -- On this page: the section at the upper third of the window is marked ----------------------

  const entries = all("#pst-page-toc-nav a").flatMap((link) => {
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    return target ? { link, section: target.matches("dt") ? target.parentElement : target } : [];
  });
  let marked;

  function mark(entry) {
    if (entry === marked) return;
    marked?.link.removeAttribute("aria-current");
    entry?.link.setAttribute("aria-current", "true");
    for (const each of all("#pst-page-toc-nav :is(a, .toc-entry)"))
      each.classList.toggle("active", each.contains(entry?.link));
    marked = entry;
  }

  /* A section that a link has led to is marked as long as it begins in the upper third or, at the
     foot of the page, where it can come no further up, anywhere in the window. */
  function markWhatIsRead() {
    const upper = 0.3 * innerHeight;
    const top = ({ section }) => section.getBoundingClientRect().top;
    const below = entries.findIndex((entry) => top(entry) >= upper); // measures nothing further down
    const { scrollTop, clientHeight, scrollHeight } = root;
    const lowest = scrollHeight - scrollTop - clientHeight < upper ? innerHeight : upper;
    const led = entries.find(({ link }) => link.hash === location.hash);
    if (led && top(led) >= 0 && top(led) < lowest) mark(led);
    else mark((below < 0 ? entries : entries.slice(0, below)).at(-1));
  }

  if (entries.length) {
    for (const change of ["scroll", "hashchange"]) addEventListener(change, markWhatIsRead, { passive: true });
    // As sections are laid out and a window is made larger, they move without being scrolled.
    const watch = new IntersectionObserver(markWhatIsRead, { rootMargin: "-30% 0px -69% 0px" });
    for (const { section } of entries) watch.observe(section);
  }

  // A link within the page leads to the same place as it would in the whole page (see layout.html).
  addEventListener(
    "click",
    ({ target }) => target.closest?.("a[href*='#']") && root.classList.remove("from-the-top"),
    { capture: true },
  );

  // -- The menu of downloads --------------------------------------------------------------------

  for (const menu of all(".dropdown")) {
    const button = menu.querySelector(".dropdown-toggle");
    const items = [...menu.querySelectorAll(".dropdown-item")];
    const open = (wanted) => {
      for (const each of [button, menu.querySelector(".dropdown-menu")]) each.classList.toggle("show", wanted);
      button.setAttribute("aria-expanded", wanted);
    };
    const isOpen = () => button.classList.contains("show");
    button.addEventListener("click", () => {
      open(!isOpen());
      button.focus(); // Safari leaves it where it was
    });
    addEventListener("pointerdown", ({ target }) => !menu.contains(target) && open(false));
    for (const item of items) item.addEventListener("click", () => open(false));
    menu.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && !menu.contains(relatedTarget)) open(false);
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && isOpen()) {
        open(false);
        button.focus();
      }
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      open(true);
      const at = items.indexOf(document.activeElement);
      items[(at + (at < 0 && step < 0 ? 0 : step) + items.length) % items.length].focus();
    });
  }
})();
