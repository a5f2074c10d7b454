// Shows chosen pictures and shrinks large ones before sending (long edge 2048 px, upright).
// Only comfort: the server checks type, size and content again.
const LONG_EDGE = 2048;
const MAX_BYTES = 10 * 1024 * 1024;

async function shrink(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONG_EDGE / Math.max(bitmap.width, bitmap.height));
  if (scale === 1 && file.size <= MAX_BYTES) return file;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
  return new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" });
}

export default function filePreview(wrapper) {
  const input = wrapper.querySelector("input[type='file']");
  const preview = wrapper.querySelector(".file-preview");
  const { textNotPicture, textTooLarge } = wrapper.dataset;

  function refuse(text) {
    input.value = "";
    preview.textContent = text;
  }

  function show(file) {
    const image = new Image();
    image.src = URL.createObjectURL(file);
    image.alt = file.name;
    image.addEventListener("load", () => URL.revokeObjectURL(image.src));
    preview.append(image);
  }

  input.addEventListener("change", async () => {
    preview.replaceChildren();
    const transfer = new DataTransfer();
    try {
      for (const file of input.files) transfer.items.add(await shrink(file));
    } catch {
      refuse(textNotPicture);
      return;
    }
    if ([...transfer.files].some((file) => file.size > MAX_BYTES)) {
      refuse(textTooLarge);
      return;
    }
    input.files = transfer.files;
    [...transfer.files].forEach(show);
  });
}
