// The tab's one event stream. The server sends thin events (name and key, no content):
//   id: 123
//   event: alert
//   data: {"name": "alert", "key": "<uuid>"}
// Every element with data-live="alert passage" then gets a "live" event (hx-trigger="live" fetches
// its fragment, so that permission is applied on fetch); data-live-key="<uuid>" narrows it to one
// key. "reset": the cursor is too old, everything is fetched again. "signed-out": the stream is over.
const POLL_MS = 15_000;
const RETRY_MS = [1_000, 2_000, 5_000, 15_000];
const SETTLE_MS = 150;

const waiting = new Set();
let failures = 0;
let poll = 0;
let source;
let cursor;

function show(state) {
  for (const element of document.querySelectorAll("[data-live-status]")) {
    if (element.dataset.state === state) continue;
    element.dataset.state = state;
    element.textContent = element.dataset[`text${state[0].toUpperCase()}${state.slice(1)}`];
  }
}

// A burst of events costs each element one fetch.
function refresh(element) {
  if (waiting.has(element)) return;
  waiting.add(element);
  setTimeout(() => {
    waiting.delete(element);
    if (element.isConnected) window.htmx.trigger(element, "live");
  }, SETTLE_MS);
}

function refreshAll() {
  document.querySelectorAll("[data-live]").forEach(refresh);
}

function receive(event) {
  cursor = event.lastEventId || cursor;
  const { name, key } = JSON.parse(event.data);
  document.dispatchEvent(new CustomEvent(`live:${name}`, { detail: { name, key, id: cursor } }));
  for (const element of document.querySelectorAll(`[data-live~="${CSS.escape(name)}"]`)) {
    if (!element.dataset.liveKey || element.dataset.liveKey === key) refresh(element);
  }
}

// EventSource delivers named events only to listeners of that name.
function subscribe() {
  const names = [...document.querySelectorAll("[data-live]")].flatMap((element) =>
    element.dataset.live.split(/\s+/),
  );
  // One function object: adding it again for a known name does nothing.
  for (const name of names.filter(Boolean)) source.addEventListener(name, receive);
}

function setPolling(on) {
  clearInterval(poll);
  poll = on ? setInterval(refreshAll, POLL_MS) : 0;
}

function connect(url) {
  const address = new URL(url, location.href);
  if (cursor) address.searchParams.set("last_event_id", cursor);
  source = new EventSource(address);
  source.addEventListener("reset", refreshAll);
  source.addEventListener("signed-out", () => {
    source.close();
    show("offline");
  });
  source.addEventListener("open", () => {
    failures = 0;
    setPolling(false);
    show("live");
  });
  source.addEventListener("error", () => {
    failures += 1;
    if (failures === 3) setPolling(true);
    show(!navigator.onLine ? "offline" : failures < 3 ? "connecting" : "polling");
    // The browser reconnects by itself after a lost connection, never after an HTTP error.
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(() => connect(url), RETRY_MS[Math.min(failures, RETRY_MS.length) - 1]);
    }
  });
  subscribe();
}

export function listen(url, startCursor) {
  cursor = startCursor;
  show("connecting");
  connect(url);
  document.addEventListener("htmx:load", subscribe);
  window.addEventListener("offline", () => show("offline"));
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      connect(url);
      refreshAll();
    }
  });
}
