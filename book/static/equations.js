/* An equation that scrolls in its own box can be reached, and so scrolled, with the keyboard. */
document.fonts.ready.then(() => {
  for (const equation of document.querySelectorAll("math[display]"))
    if (equation.scrollWidth > equation.clientWidth) equation.tabIndex = 0;
});
