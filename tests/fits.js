// What has room in the window as it is now, and what has not: test_site.py evaluates it in several
// windows, one after the other. The page is at its top. Folds are opened after the top is measured.
() => {
  const page = document.documentElement;
  const article = document.querySelector("article") ?? document.body;
  const all = (selector, within = article) => [...within.querySelectorAll(selector)];
  const name = (node) => node.outerHTML.slice(0, 90);

  // The box around several elements.
  function around(nodes) {
    const boxes = nodes.map((node) => node.getBoundingClientRect()).filter((box) => box.width);
    const side = (which, most) => Math.round(most(...boxes.map((box) => box[which])));
    return {
      left: side("left", Math.min),
      top: side("top", Math.min),
      right: side("right", Math.max),
      bottom: side("bottom", Math.max),
    };
  }

  const PICTURE = "svg, img, table, .lstm-widget";
  const opening = all(".opening").map((box) => ({
    answer: around(all(".in-one-minute", box)),
    picture: around(all(PICTURE, box)),
  }))[0];
  const widgets = all(".lstm-widget").map((widget) => ({
    picture: around(all("svg", widget)),
    sliders: all("input[type=range]", widget).map((slider) => around([slider])),
  }));

  for (const fold of all("details")) fold.open = true;
  const sideways = (node) => node.scrollWidth > node.clientWidth + 1;
  const wide = all("pre").filter(sideways);

  // A table is cut if it is wider than what scrolls around it, or than the window.
  function cut(table) {
    const right = Math.max(...all("*", table).map((node) => node.getBoundingClientRect().right));
    for (let each = table.parentElement; each && each !== article; each = each.parentElement)
      if (getComputedStyle(each).overflowX !== "visible" && sideways(each)) return true;
    return right > page.clientWidth + 1;
  }

  return {
    opening,
    widgets: widgets.filter(({ sliders }) => sliders.length),
    wide_code: wide.map(name),
    without_edge: wide.filter((node) => getComputedStyle(node).backgroundImage === "none").map(name),
    cut_tables: all("table").filter((table) => table.getClientRects().length && cut(table)).map(name),
    overflow: page.scrollWidth - page.clientWidth,
  };
}
