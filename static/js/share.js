// Hands a pass to another app, or copies its text; each button appears only where it can work.
export default function share(box) {
  const { text, textCopied, title, url } = box.dataset;
  const content = { title, ...(text && { text }), ...(url && { url: new URL(url, location.href).href }) };
  const system = box.querySelector("[data-share='system']");
  const copy = box.querySelector("[data-share='copy']");

  if (navigator.share && system) {
    system.hidden = false;
    system.addEventListener("click", () => navigator.share(content).catch(() => {}));
  }
  if (navigator.clipboard && copy) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText([content.text, content.url].filter(Boolean).join("\n"));
      const detail = { text: textCopied };
      document.body.dispatchEvent(new CustomEvent("toast", { detail }));
    });
  }
}
