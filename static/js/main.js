// Binds modules to elements: <div data-module="chart">. A module's default export gets the element,
// once; elements that htmx brings in later are bound too.
const modules = {
  chart: () => import("./chart.js"),
  designer: () => import("./designer.js"),
  dialog: () => import("./dialog.js"),
  "doc-number": () => import("./doc-number.js"),
  "error-summary": () => import("./error-summary.js"),
  "file-preview": () => import("./file-preview.js"),
  form: () => import("./form.js"),
  menu: () => import("./menu.js"),
  "plan-map": () => import("./plan-map.js"),
  "read-aloud": () => import("./read-aloud.js"),
  share: () => import("./share.js"),
  "text-size": () => import("./text-size.js"),
  toast: () => import("./toast.js"),
};

const bound = new WeakMap();

async function bind(element) {
  const names = bound.get(element) ?? new Set();
  bound.set(element, names);
  for (const name of element.dataset.module.split(" ")) {
    if (names.has(name)) continue;
    names.add(name);
    const module = await modules[name]();
    module.default(element);
  }
}

function bindAll(root) {
  if (root.matches?.("[data-module]")) bind(root);
  root.querySelectorAll("[data-module]").forEach(bind);
}

bindAll(document);
document.addEventListener("htmx:load", (event) => bindAll(event.detail.elt));

if (document.body.dataset.stream) {
  const { listen } = await import("./live.js");
  listen(document.body.dataset.stream, document.body.dataset.streamCursor);
}
