// What is found on an open page: the one expression that test_site.py evaluates in it.
() => {
  const page = document.documentElement;
  const article = document.querySelector("article") ?? document.body;
  const all = (selector, within = article) => [...within.querySelectorAll(selector)];
  const name = (node) => node.outerHTML.slice(0, 90);
  const visible = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true });

  // Each line of visible text with its box, as far as a scrolling element lets it be seen.
  function lines() {
    const found = [];
    const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const parent = node.parentElement;
      if (!node.textContent.trim() || !visible(parent)) continue;
      if (parent.closest("style, script")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects())
        if (box.width > 1) found.push({ node, box, text: node.textContent.trim() });
    }
    return found;
  }

  function scrolls(node) {
    for (let each = node; each && each !== article; each = each.parentElement)
      if (["auto", "scroll"].includes(getComputedStyle(each).overflowX)) return true;
    return false;
  }

  // Pairs of texts and controls in one figure that lie on each other.
  function overlaps(figure) {
    const items = texts.filter(({ node }) => figure.contains(node));
    for (const node of all("input, button", figure))
      if (visible(node)) items.push({ node, box: node.getBoundingClientRect(), text: name(node) });
    const found = [];
    items.forEach((one, k) => {
      for (const other of items.slice(k + 1)) {
        if (one.node.contains(other.node) || other.node.contains(one.node)) continue;
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        if (across > 2 && down > 3) found.push(`${one.text} / ${other.text}: ${across} x ${down}`);
      }
    });
    return found;
  }

  const texts = lines();
  const ids = all("[id]", document).map((node) => node.id);
  const isOutside = ({ box, node }) =>
    (box.right > page.clientWidth + 1 || box.left < -1) && !scrolls(node.parentElement);
  return {
    theme: page.dataset.theme,
    overflow: page.scrollWidth - page.clientWidth,
    outside: texts.filter(isOutside).map(({ text }) => text),
    overlaps: all(".lstm-widget, :not(.lstm-widget *) > svg, .words").flatMap(overlaps),
    dead: all(".widget:not([data-live]), .widget-problem").map(name),
    formulas: all(".math").length,
    typeset: all(".math > math").length,
    signs: [...new Set(all("math").map((node) => node.textContent).join(""))],
    raw: texts.filter(({ text }) => /\\textcolor|\$\$|\\\(/.test(text)).map(({ text }) => text),
    colours: all("math [mathcolor]").map((node) => [
      node.getAttribute("mathcolor"),
      getComputedStyle(node).color,
    ]),
    ids: ids.filter((id, k) => ids.indexOf(id) !== k),
    heights: all(".widget").map((node) => node.getBoundingClientRect().height),
    shifts: window.shifts ?? [],
  };
}
