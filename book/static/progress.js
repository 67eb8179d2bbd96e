/* Which chapters and labs were read to their end. It is kept in the reader's browser, and nowhere
   else; where that is not allowed, layout.html keeps it for the page. */
(() => {
  "use strict";
  const KEY = "Understanding LSTM networks: read";
  const ROOT = new URL(document.documentElement.dataset.content_root ?? ".", location.href).href;

  /* A page's place in the book, "notebooks/01_recurrent_networks". */
  const place = (address) => address.replace(/[?#].*/, "").replace(/\.html$/, "").slice(ROOT.length);
  const read = () => (localStorage.getItem(KEY) ?? "").split(" ").filter(Boolean);
  const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });

  function keep(places) {
    try {
      localStorage.setItem(KEY, places.join(" "));
    } catch {} // no room: nothing is lost but the mark
    show();
  }

  // A page is read when its last section comes into sight.
  const here = place(location.href);
  const last = [...document.querySelectorAll("article h2")].at(-1);
  if (last && here.startsWith("notebooks/") && !read().includes(here)) {
    const watch = new IntersectionObserver((seen) => {
      if (!seen.some((each) => each.isIntersecting)) return;
      watch.disconnect();
      keep([...new Set([...read(), here])]);
    });
    watch.observe(last);
  }

  function show() {
    const done = read();
    for (const mark of document.querySelectorAll(".tick.read")) mark.remove();
    for (const link of document.querySelectorAll(".bd-links a, .chapters a")) {
      if (!done.includes(place(link.href))) continue;
      const mark = element("span", "✓");
      mark.className = "tick read";
      mark.setAttribute("role", "img");
      mark.setAttribute("aria-label", "read");
      link.append(mark);
    }
    const list = document.querySelector(".chapters");
    if (list) tell(list, done);
  }

  /* On the landing page: how much was read, where to go on, and how to forget it. */
  function tell(list, done) {
    const told = document.querySelector(".progress-of-reader") ?? element("p");
    told.className = "progress-of-reader";
    const chapters = [...list.querySelectorAll(":scope > ol > li > p:first-child > a")];
    const labs = [...list.querySelectorAll("ul a")];
    const isRead = (link) => done.includes(place(link.href));
    const count = (links, word) => {
      const number = links.filter(isRead).length;
      return `${number} ${word}${number === 1 ? "" : "s"}`;
    };
    if (![...chapters, ...labs].some(isRead)) return told.remove();
    told.textContent = `You have read ${count(chapters, "chapter")} and ${count(labs, "lab")}. `;
    // The chapter after the one that was read last, or else the first that was left out.
    const places = chapters.map((link) => place(link.href));
    const latest = places.indexOf(done.filter((each) => places.includes(each)).at(-1));
    const left = chapters.filter((link) => !isRead(link));
    const next = left.find((link) => chapters.indexOf(link) > latest) ?? left[0];
    if (next) {
      const link = element("a", `Continue with chapter ${chapters.indexOf(next) + 1}`);
      link.href = next.href;
      told.append(link, " ");
    }
    const forget = element("button", "Forget what I have read");
    forget.type = "button";
    forget.addEventListener("click", () => {
      localStorage.removeItem(KEY);
      show();
      chapters[0].focus({ preventScroll: true });
    });
    told.append(forget, " This is kept in your browser only.");
    list.before(told);
  }

  show();
  addEventListener("storage", show); // another page was read
  addEventListener("pageshow", ({ persisted }) => persisted && show());
})();
