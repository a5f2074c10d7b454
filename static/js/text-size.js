// 长辈版 without a page load; without JavaScript the same form posts and comes back.
export default function textSize(form) {
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const size = button.value;
    const body = new FormData(form);
    body.set("size", size);
    document.documentElement.dataset.size = size;
    button.value = size === "large" ? "normal" : "large";
    button.querySelector("span").textContent =
      size === "large" ? form.dataset.textNormal : form.dataset.textLarge;
    await fetch(form.action, { method: "POST", body, redirect: "manual" });
  });
}
