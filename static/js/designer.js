// <div data-module="designer"> around the draft's form. Everything works without it, with buttons;
// it adds: dragging a field or a section by its handle, finding an element by typing, the values of
// a condition as soon as its field is chosen, and details that stay open when the form is renewed.
const ROW = "[data-row]";

export default function designer(element) {
  let dragged = null;

  element.addEventListener("dragstart", (event) => {
    const handle = event.target.closest?.("[data-handle]");
    if (!handle) return;
    dragged = handle.closest(ROW);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    event.dataTransfer.setDragImage(dragged, 16, 16);
    dragged.classList.add("is-dragged");
  });

  element.addEventListener("dragover", (event) => {
    if (!dragged) return;
    const place = placeUnder(event, dragged);
    if (!place) return;
    event.preventDefault();
    place.list.insertBefore(dragged, place.before);
  });

  element.addEventListener("drop", (event) => { if (dragged) event.preventDefault(); });

  element.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("is-dragged");
    dragged = null;
    press(element, "refresh");
  });

  element.addEventListener("change", (event) => {
    if (event.target.matches("[data-refresh]")) press(element, `refresh:${event.target.dataset.refresh}`);
  });

  element.addEventListener("input", (event) => {
    if (event.target.matches("[data-find]")) find(event.target);
  });

  keepOpen(element);
}

// A field goes among the fields of any section, a section among the sections.
function placeUnder(event, dragged) {
  const kind = dragged.dataset.row;
  const list = event.target.closest(`[data-list="${kind}"]`);
  if (!list) return null;
  const others = [...list.children].filter((row) => row !== dragged && row.matches(ROW));
  const before = others.find((row) => {
    const box = row.getBoundingClientRect();
    return event.clientY < box.top + box.height / 2;
  });
  return { list, before: before ?? null };
}

function press(element, step) {
  const button = element.querySelector("button[data-step]");
  button.value = step;
  button.click();
}

function find(input) {
  const wanted = input.value.trim().toLowerCase();
  for (const choice of input.closest("details").querySelectorAll("[data-name]")) {
    choice.hidden = wanted !== "" && !choice.dataset.name.toLowerCase().includes(wanted);
  }
}

function keepOpen(element) {
  let open = [];
  element.addEventListener("htmx:beforeSwap", () => {
    open = [...element.querySelectorAll("details[open][id]")].map((details) => details.id);
  });
  element.addEventListener("htmx:afterSwap", () => {
    for (const id of open) {
      const details = document.getElementById(id);
      if (details) details.open = true;
    }
  });
}
