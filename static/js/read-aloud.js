// Reads a text aloud with the browser's own voice; a second press stops.
export default function readAloud(button) {
  if (!("speechSynthesis" in window)) return;
  const caption = button.querySelector("span");
  const startText = caption.textContent;
  button.hidden = false;

  button.addEventListener("click", () => {
    if (speechSynthesis.speaking) {
      speechSynthesis.cancel();
      return;
    }
    const text = document.getElementById(button.dataset.target).innerText;
    const speech = new SpeechSynthesisUtterance(text);
    speech.lang = document.documentElement.lang;
    speech.rate = 0.9;
    speech.addEventListener("end", () => { caption.textContent = startText; });
    speech.addEventListener("error", () => { caption.textContent = startText; });
    caption.textContent = button.dataset.textStop;
    speechSynthesis.speak(speech);
  });
  window.addEventListener("pagehide", () => speechSynthesis.cancel());
}
