// Short confirmations. The server sends HX-Trigger: {"toast": {"text": "..."}}; scripts dispatch the
// same event. A request that failed says so as well, instead of doing nothing.
const STAY_MS = 5_000;

export default function toast(stack) {
  function show(text) {
    const item = document.createElement("div");
    item.className = "toast";
    item.textContent = text;
    stack.append(item);
    setTimeout(() => item.remove(), STAY_MS);
  }

  document.body.addEventListener("toast", (event) => show(event.detail.text));
  document.body.addEventListener("htmx:responseError", () => show(stack.dataset.error));
  document.body.addEventListener("htmx:sendError", () => show(stack.dataset.offline));
}
