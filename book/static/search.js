/* Search: finds sections of the pages, lists them below the search field while the reader types, and
   marks the words on the page that a result leads to.  What there is to find, `search-index.js`, is
   written while the book is built, and loaded when the field is first used. */
(() => {
  const HERE = document.currentScript.src;
  const HOME = new URL("..", HERE).href;
  const LIBRARY = 3; // the kind of its pages
  const MOST = 40; // results
  const EXCERPT = 180; // signs
  const LOWERED = "₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ";
  const DASHES = /[-−‐–]/gu;
  const lowered = Object.fromEntries([...LOWERED].map((sign) => [sign.normalize("NFKD").replace(DASHES, "-"), sign]));

  // -- What is asked for ----------------------------------------------------------------------

  /* `Clipping gates, hₜ₋₁` is "clip", "gate" and "h_t-1": words without case, accents, plural and -ing. */
  function words(query) {
    return query
      .replace(new RegExp(`[${LOWERED}]+`, "gu"), "_$&")
      .normalize("NFKD")
      .replace(DASHES, "-")
      .replace(/[{}\\]/gu, "")
      .toLowerCase()
      .split(/[\s,;:?!"“”()[\]]+|\.(?=\s|$)/u)
      .filter(Boolean)
      .map((word) => (/^\p{L}\p{M}(_|$)/u.test(word) ? word : word.replace(/\p{M}/gu, ""))) // C̃ is not C
      .map((word) => word.replace(/(?<=\w\w[^s])s$/, "").replace(/(?<=\w{3})(\w)\1?ing$/, "$1"));
  }

  /* The beginnings of words in decomposed text (NFD) that a word is found at, as a regular expression. */
  function pattern(word) {
    const signs = [...word];
    const low = signs.indexOf("_");
    const each = signs.map((sign, k) => {
      if (sign === "_" && k < signs.length - 1) return "";
      const plain = sign === "-" ? DASHES.source : sign.replace(/[\\^$.*+?|/]/, "\\$&");
      const marked = `${signs[k - 1] === "_" ? "_\\{?" : ""}${plain}`;
      return `${low >= 0 && low < k && lowered[sign] ? `(?:${marked}|${lowered[sign]})` : marked}\\p{M}*`;
    });
    return (/^[\p{L}\p{N}]/u.test(word) ? "(?<![\\p{L}\\p{N}\\p{M}])" : "") + each.join("");
  }

  // -- What is found --------------------------------------------------------------------------

  /* The sections with all the words, each in its title, its text or the title of its page.  First those
     with the phrase in their titles; then chapters before labs before other pages before the library,
     where only a whole name that looks like code, `LSTMCell`, counts as a title. */
  function find(query) {
    const parts = words(query).map(pattern);
    if (!parts.length) return [];
    const each = parts.map((part) => new RegExp(part, "iu"));
    const phrase = new RegExp(parts.join("\\p{L}{0,5}[^\\p{L}\\p{N}]+"), "giu");
    const has = (text) => (word) => word.test(text);
    const found = [];
    for (const [address, kind, sections] of window.searchIndex) {
      const page = sections[0][1];
      for (const [anchor, title, text] of sections) {
        const whole = `${title} ${text}`;
        if (!each.some(has(whole)) || !each.every(has(`${page} ${whole}`))) continue;
        const named = kind < LIBRARY ? title.match(phrase) : title === query.trim() && /\w[A-Z_.]/.test(title);
        const titled = each.some(has(title)) && each.every(has(`${page} ${title}`));
        const rank = [named ? 0 : 1, kind, titled ? 0 : 1, -(whole.match(phrase) ?? []).length];
        found.push({ rank, page, title, text, address, anchor });
      }
    }
    const before = (one, other) => one.rank.map((value, k) => value - other.rank[k]).find(Boolean) ?? 0;
    return found.sort(before);
  }

  /* Any of the words, to its end. */
  const anyOf = (query) => new RegExp(`(?:${words(query).map(pattern).join("|")})(?:(?<=\\p{L}{3})\\p{L}+)?`, "giu");

  /* The text around the place where most of the words are. */
  function excerpt(text, query) {
    const each = words(query).map((word) => new RegExp(pattern(word), "iu"));
    const there = (start) => each.filter((word) => word.test(text.slice(start, start + EXCERPT * 0.7))).length;
    const starts = [...text.matchAll(anyOf(query))].map((match) => match.index);
    const best = starts.reduce((one, other) => (there(other) > there(one) ? other : one), starts[0] ?? 0);
    const start = best < 60 ? 0 : text.indexOf(" ", best - 50) + 1 || best;
    const end = start + EXCERPT < text.length ? text.lastIndexOf(" ", start + EXCERPT) : text.length;
    return `${start ? "… " : ""}${text.slice(start, end)}${end < text.length ? " …" : ""}`;
  }

  /* A decomposed text as nodes, with what is found in `mark` elements. */
  function marked(text, wanted) {
    const nodes = document.createDocumentFragment();
    let at = 0;
    for (const match of text.matchAll(wanted)) {
      nodes.append(text.slice(at, match.index).normalize("NFC"), mark(match[0].normalize("NFC")));
      at = match.index + match[0].length;
    }
    nodes.append(text.slice(at).normalize("NFC"));
    return nodes;
  }

  function element(name, ...content) {
    const made = document.createElement(name);
    made.append(...content);
    return made;
  }

  function mark(...content) {
    const made = element("mark", ...content);
    made.className = "found"; // not what a drawing's equations mark
    return made;
  }

  // -- The list of results --------------------------------------------------------------------

  let loading;
  const load = () =>
    (loading ??= new Promise((done, failed) => {
      const script = element("script");
      script.src = new URL("search-index.js", HERE).href;
      script.onload = () => {
        for (const [, , sections] of window.searchIndex)
          for (const section of sections) section.splice(1, 2, ...section.slice(1).map((text) => text.normalize("NFD")));
        done();
      };
      script.onerror = failed;
      document.head.append(script);
    }));

  function result({ page, title, text, address, anchor }, query) {
    const link = element("a", marked(title || page, anyOf(query)));
    link.href = `${HOME}${address}?mark=${encodeURIComponent(query)}#${anchor}`;
    const item = element("li", link);
    if (title && title !== page) item.append(element("span", page.normalize("NFC")));
    item.append(element("p", marked(excerpt(text, query), anyOf(query))));
    return item;
  }

  function list(place, query) {
    const found = find(query);
    const shown = found.slice(0, MOST);
    const number = `${found.length} section${found.length === 1 ? "" : "s"} found`;
    const status = !words(query).length ? "" : found.length > MOST ? `${number}, the first ${MOST} are shown` : number;
    place.firstChild.textContent = status;
    place.lastChild.replaceChildren(...shown.map((each) => result(each, query)));
  }

  function connect(form) {
    const input = form.querySelector("input");
    const dialog = form.closest("dialog");
    const place = (!dialog && document.getElementById("search-results")) || element("div");
    place.classList.add("search-results");
    place.append(element("p"), element("ol"));
    place.firstChild.setAttribute("role", "status");
    if (!place.isConnected) form.after(place);
    const search = () => load().then(() => list(place, input.value));
    input.addEventListener("focus", load);
    input.addEventListener("input", search);
    if (dialog) return place.addEventListener("click", (event) => event.target.closest("a") && dialog.close());
    input.value = new URLSearchParams(location.search).get("q") ?? "";
    search();
  }

  for (const form of document.querySelectorAll("form.bd-search")) connect(form);

  // -- The page that a result leads to --------------------------------------------------------

  const query = new URLSearchParams(location.search).get("mark") ?? "";
  const article = document.querySelector("article");
  if (!words(query).length || !article) return;

  const PLACES = "h1, h2, h3, h4, h5, h6, p, li, td, th, dt, dd, figcaption, summary, pre";

  function markWords() {
    const without = "svg, math, script, style, button, select, textarea, .widget, .headerlink, .preview";
    const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) if (!walker.currentNode.parentElement.closest(without)) texts.push(walker.currentNode);
    for (const node of texts) {
      const text = node.nodeValue.normalize("NFD");
      if (anyOf(query).test(text)) node.replaceWith(marked(text, anyOf(query)));
    }
    // A formula is marked as a whole, by its symbols: in it, hₜ is "ht".
    const symbols = words(query).filter((word) => /[^a-z0-9'-]/.test(word)).map((word) => word.replaceAll("_", ""));
    for (const math of article.querySelectorAll("math")) {
      const text = math.textContent.normalize("NFKD").replace(DASHES, "-").replace(/\p{M}/gu, "").toLowerCase();
      if (!symbols.some((symbol) => text.includes(symbol))) continue;
      const found = mark();
      const whole = math.closest("div.math") ?? math;
      whole.replaceWith(found);
      found.append(whole);
    }
  }

  /* Show the paragraph of the section that has most of the words, unless it is in sight. */
  function show() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const section = target?.matches("dt") ? target.parentElement : (target ?? article);
    const places = [...section.querySelectorAll("mark.found")].map((found) => found.closest(PLACES) ?? found);
    const each = words(query).map((word) => new RegExp(pattern(word), "iu"));
    const there = (place) => each.filter((word) => word.test(place.textContent.normalize("NFD"))).length;
    if (!places.length) return;
    const best = places.reduce((one, other) => (there(other) > there(one) ? other : one));
    for (let fold = best.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const { top, bottom } = best.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) best.scrollIntoView({ block: "center" });
  }

  markWords();
  addEventListener("load", () => requestAnimationFrame(show));
  addEventListener("hashchange", show);
})();
