// What axe-core finds on the page as it is now, each with its rule, its place and what to do:
// test_site.py evaluates this when axe is there. A picture that is one for a screen reader too is
// judged as a whole.
async () => {
  const { violations } = await axe.run(
    { exclude: [["svg[role=img] > *"]] },
    {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      resultTypes: ["violations"],
      preload: false, // asks for the style sheets again, which a page from the disk may not
    },
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
  );
}
