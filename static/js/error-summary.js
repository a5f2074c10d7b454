// Moves focus to the summary after a refused form, and from its links into the field.
export default function errorSummary(element) {
  element.focus();
  element.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const control = link && document.getElementById(link.hash.slice(1));
    if (!control) return;
    event.preventDefault();
    control.focus();
    (control.closest(".field") ?? control).scrollIntoView({ block: "center" });
  });
}
