/* The button at the foot of a page that keeps a copy of the whole site in the browser.  Nothing is
   fetched, registered or stored before a reader presses it.  From then on service-worker.js serves the
   site, and the browser may offer to install it. */
(async () => {
  const SIZE = "?"; // written by the build
  const HOME = new URL("..", document.currentScript.src).href;
  const foot = document.querySelector(".about-page");
  // From the disk and in a sandboxed frame the origin is "null", and asking for a worker would throw.
  if (!foot || !isSecureContext || origin === "null" || !("serviceWorker" in navigator)) return;
  const workers = navigator.serviceWorker;

  const line = document.createElement("p");
  const status = document.createElement("span");
  const button = document.createElement("button");
  line.className = "offline-copy d-print-none";
  status.setAttribute("role", "status");
  button.type = "button";
  line.append(button, " ", status);

  function say(text, action, does) {
    status.textContent = text;
    button.textContent = action;
    button.setAttribute("aria-disabled", !does); // it keeps the focus
    button.onclick = does;
  }

  const offer = () => say(`All pages, ${SIZE}: they then open in this browser without a network.`, "Keep a copy for offline", keep);
  const failed = () => say("The copy is not complete.", "Try again", keep);

  function isThere() {
    say("A copy is kept in this browser: every page opens without a network.", "Remove the copy", remove);
    for (const [rel, file] of [["manifest", "manifest.webmanifest"], ["apple-touch-icon", "_static/icon-192.png"]]) {
      const link = document.createElement("link");
      link.rel = rel;
      link.href = HOME + file;
      document.head.append(link);
    }
  }

  async function keep() {
    say("", "Keeping a copy", null);
    workers.onmessage = ({ data }) => {
      if (!data?.of) return;
      const tenths = Math.floor((10 * data.kept) / data.of); // said ten times, not for each file
      const text = `${10 * tenths} % is there.`;
      if (status.textContent !== text) status.textContent = text;
    };
    try {
      const { installing } = await workers.register(`${HOME}service-worker.js`, { updateViaCache: "none" });
      if (!installing) return isThere();
      installing.onstatechange = () => {
        workers.onmessage = null;
        if (installing.state === "activated") isThere();
        if (installing.state === "redundant") failed();
      };
    } catch {
      failed();
    }
  }

  async function remove() {
    await (await registered())?.unregister();
    await caches.delete(`book at ${HOME}`);
    for (const link of document.querySelectorAll('link[rel="manifest"], link[rel="apple-touch-icon"]')) link.remove();
    offer();
  }

  /* The registration of this site; there may be another one, of a site around it. */
  async function registered() {
    const found = await workers.getRegistration(HOME);
    return found?.scope === HOME ? found : undefined;
  }

  try {
    const found = await registered();
    if (found?.active) isThere();
    else offer();
    foot.append(line);
    await found?.update(); // which fails without a network
  } catch {
    // Where site data is blocked, asking fails: no copy can be kept there, and none is offered.
  }
})();
