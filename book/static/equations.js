/* An equation that scrolls in its own box can be reached, and so scrolled, with the keyboard. */
window.MathJax?.startup?.promise.then(() => {
  for (const equation of document.querySelectorAll("mjx-container[display]"))
    if (equation.scrollWidth > equation.clientWidth) equation.tabIndex = 0;
});
