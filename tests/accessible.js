// What keeps some readers from the page as it is now, each with its rule, its place and what to do:
// test_site.py evaluates this as the last thing on a page. With `all`, that is what axe-core finds,
// if it is there. The contrast of texts and the size of targets, which depend on theme and width,
// are measured here: axe takes a second a page for them.
async (all) => {
  const broken = [];
  const name = (node) => node.outerHTML.slice(0, 80);

  // Targets: 24 pixels wide and high, or as far from each other; links in a sentence are as it is.
  const targets = [...document.querySelectorAll("a[href], button, input, summary")]
    .filter((node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
    .filter((node) => getComputedStyle(node).display !== "inline")
    .map((node) => ({ node, box: (node.closest("label") ?? node).getBoundingClientRect() }))
    .filter(({ box }) => box.width && box.height)
    .map(({ node, box }) => ({ node, box, x: box.x + box.width / 2, y: box.y + box.height / 2 }));
  const small = ({ box }) => box.width < 23.5 || box.height < 23.5;
  for (const one of targets.filter(small)) {
    const near = targets.find((other) => {
      const across = Math.max(other.box.left - one.x, one.x - other.box.right, 0);
      const down = Math.max(other.box.top - one.y, one.y - other.box.bottom, 0);
      const apart = Math.hypot(one.x - other.x, one.y - other.y);
      return other !== one && (Math.hypot(across, down) < 12 || (small(other) && apart < 24));
    });
    if (near) broken.push(`size: ${name(one.node)}: make it 24 pixels wide and high, it is near ${name(near.node)}`);
  }

  const paper = Object.assign(document.createElement("canvas"), { width: 1, height: 1 })
    .getContext("2d", { willReadFrequently: true });

  // The colour that is seen where these lie on each other, the lowest first; each with its opacity.
  function mixed(layers) {
    for (const [colour, opacity] of layers) {
      paper.globalAlpha = opacity;
      paper.fillStyle = colour;
      paper.fillRect(0, 0, 1, 1);
    }
    return [...paper.getImageData(0, 0, 1, 1).data].slice(0, 3);
  }

  function luminance(colour) {
    const linear = colour.map((part) => (part <= 10 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  }

  // What lies under the text of an element, and how opaque that text is.
  const grounds = new Map([[null, { layers: [], opacity: 1 }]]);
  function ground(node) {
    if (!grounds.has(node)) {
      const { backgroundColor, opacity } = getComputedStyle(node);
      const below = ground(node.parentElement);
      const own = backgroundColor === "rgba(0, 0, 0, 0)" ? [] : [[backgroundColor, 1]];
      grounds.set(node, { layers: [...below.layers, ...own], opacity: below.opacity * opacity });
    }
    return grounds.get(node);
  }

  const looks = new Map();
  for (const node of document.querySelectorAll("body :not(svg, svg *, script, style, option)")) {
    const text = [...node.childNodes].find((each) => each.nodeType === Node.TEXT_NODE && each.data.trim());
    if (!text || !node.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const { color, fontSize, fontWeight } = getComputedStyle(node);
    const large = parseFloat(fontSize) >= (fontWeight >= 700 ? 18.66 : 24);
    const look = JSON.stringify({ ...ground(node), color, large });
    if (!looks.has(look)) looks.set(look, text);
  }
  for (const [look, text] of looks) {
    const { layers, opacity, color, large } = JSON.parse(look);
    const seen = [mixed(layers), mixed([...layers, [color, opacity]])].map(luminance);
    const contrast = (Math.max(...seen) + 0.05) / (Math.min(...seen) + 0.05);
    const least = large ? 3 : 4.5;
    const where = name(text.parentElement);
    if (contrast < least) broken.push(`contrast: ${where}: make it ${least}, it is ${contrast.toFixed(2)}`);
  }
  if (all) {
    // A picture is one for a screen reader too: its parts are not looked at. And axe does not know
    // that screen readers read mathematics.
    for (const part of document.querySelectorAll("svg[role=img] > :not(title, desc, style)")) part.remove();
    for (const math of document.querySelectorAll("math:not([display])")) math.replaceWith(math.textContent);
    const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const measured = ["color-contrast", "link-in-text-block", "target-size"];
    const { violations } = await axe.run({
      runOnly: { type: "tag", values },
      rules: Object.fromEntries(measured.map((rule) => [rule, { enabled: false }])),
      resultTypes: ["violations"],
      preload: false, // asks for the style sheets again, which a page from the disk may not
    });
    for (const { id, nodes } of violations)
      for (const { target, failureSummary } of nodes) broken.push(`${id}: ${target.join(" ")}: ${failureSummary}`);
  }
  return broken;
}
