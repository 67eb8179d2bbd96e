/* Serves the site from the browser's own store, once a reader has asked for a copy (offline-copy.js).
   The build puts the list of files here: what each is called, and a hash of what is in it. A new build
   changes the list; the browser then runs this again, which fetches only the files that changed. */
const FILES = {};

const HOME = self.registration.scope;
const NAME = `book at ${HOME}`;
const AT_ONCE = 4;
const hashes = new Map(Object.entries(FILES).map(([path, hash]) => [new URL(path, HOME).href, hash]));

/* Where a file is kept. It is fetched by this address too, so no store on the way gives an older one. */
const place = (address) => `${address}?${hashes.get(address)}`;

/* The file that an address stands for: servers may leave out `.html` and `index.html`. */
function listed(url) {
  const plain = url.split(/[?#]/)[0];
  return [plain, `${plain}.html`, `${plain}index.html`].find((address) => hashes.has(address));
}

async function kept(address) {
  const cache = await caches.open(NAME);
  return cache.match(place(address));
}

async function keepAll() {
  const cache = await caches.open(NAME);
  const there = new Set((await cache.keys()).map(({ url }) => url));
  const missing = [...hashes.keys()].filter((address) => !there.has(place(address)));
  async function keepNext() {
    for (let address = missing.pop(); address; address = missing.pop()) {
      const response = await fetch(place(address));
      if (!response.ok) throw new Error(`${response.status}: ${address}`);
      const headers = { "Content-Type": response.headers.get("Content-Type") ?? "" };
      await cache.put(place(address), new Response(await response.blob(), { headers }));
      for (const page of await clients.matchAll({ includeUncontrolled: true }))
        page.postMessage({ kept: hashes.size - missing.length, of: hashes.size });
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, keepNext));
  } finally {
    missing.length = 0; // one failed: the others stop too, and what is kept is there for the next try
  }
  await skipWaiting();
}

async function forgetOthers() {
  const cache = await caches.open(NAME);
  const wanted = new Set([...hashes.keys()].map(place));
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
  await clients.claim();
}

/* Without a network, an address of a page that is not in the list leads nowhere. */
async function errorPage() {
  const page = await kept(new URL("404.html", HOME).href);
  return new Response(page.body, { status: 404, headers: page.headers });
}

addEventListener("install", (event) => event.waitUntil(keepAll()));
addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const address = listed(request.url);
  if (address) event.respondWith(kept(address).then((response) => response ?? fetch(request)));
  else if (request.mode === "navigate" && /(\/|\.html)$/.test(new URL(request.url).pathname))
    event.respondWith(fetch(request).catch(errorPage));
});
