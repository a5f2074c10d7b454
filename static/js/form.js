// <form data-module="form" [data-guard] [data-repeatable]>
//   one submission per press (data-repeatable: a download, may be pressed again)
//   data-guard: asks before leaving with unsaved changes
//   data-show-if="name=a,b" on any part: shown, and sent, only while that field has one of the values
function valuesOf(form, name) {
  const controls = [...form.elements].filter((control) => control.name === name);
  return controls.flatMap((control) => {
    if (control.type === "radio" || control.type === "checkbox") {
      return control.checked ? [control.value] : [];
    }
    return control.multiple
      ? [...control.selectedOptions].map((option) => option.value)
      : [control.value];
  });
}

function applyConditions(form) {
  for (const part of form.querySelectorAll("[data-show-if]")) {
    const [name, wanted] = part.dataset.showIf.split("=");
    const values = valuesOf(form, name);
    const shown = wanted.split(",").some((value) => values.includes(value));
    part.hidden = !shown;
    for (const control of part.querySelectorAll("input, select, textarea")) control.disabled = !shown;
  }
}

function guardSubmission(form) {
  let sent = false;
  const release = () => {
    sent = false;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  };
  form.addEventListener("submit", (event) => {
    if (sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    sent = true;
    event.submitter?.setAttribute("aria-busy", "true");
  }, { capture: true });
  form.addEventListener("htmx:afterRequest", release);
  window.addEventListener("pageshow", release);
}

function guardChanges(form) {
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
}

export default function form(element) {
  applyConditions(element);
  element.addEventListener("change", () => applyConditions(element));
  if (!("repeatable" in element.dataset)) guardSubmission(element);
  if ("guard" in element.dataset) guardChanges(element);
}
