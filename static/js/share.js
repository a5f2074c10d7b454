// Hands a pass to another app, saves its picture, or copies its text; each button appears only where
// it can work. Chat apps take pictures, not SVG: the code is drawn as a PNG first.
const EDGE = 640;

async function asPicture(image, name) {
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = EDGE;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, EDGE, EDGE);
  pen.drawImage(image, 0, 0, EDGE, EDGE);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  return new File([blob], name, { type: "image/png" });
}

function offer(button, act) {
  button.hidden = false;
  button.addEventListener("click", act);
}

export default function share(box) {
  const { file, text, textCopied, title, url } = box.dataset;
  const content = { title, ...(text && { text }), ...(url && { url: new URL(url, location.href).href }) };
  const image = box.querySelector(".share-code img");
  const [system, save, copy] = ["system", "save", "copy"].map((name) =>
    box.querySelector(`[data-share='${name}']`),
  );

  async function withPicture() {
    const files = [await asPicture(image, file)];
    return navigator.canShare?.({ ...content, files }) ? { ...content, files } : content;
  }

  if (navigator.share && system) {
    offer(system, async () => {
      const sent = image && file ? await withPicture() : content;
      navigator.share(sent).catch(() => {});
    });
  }
  if (image && file && save) {
    offer(save, async () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await asPicture(image, file));
      link.download = file;
      link.click();
      URL.revokeObjectURL(link.href);
    });
  }
  if (navigator.clipboard && copy) {
    offer(copy, async () => {
      await navigator.clipboard.writeText([content.text, content.url].filter(Boolean).join("\n"));
      const detail = { text: textCopied };
      document.body.dispatchEvent(new CustomEvent("toast", { detail }));
    });
  }
}
