// Hint under a document number while typing: check digit (ISO 7064 MOD 11-2 as in GB 11643), birth
// date and sex. Only a hint: the server decides.
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK = "10X98765432";

function normalise(text) {
  return text.normalize("NFKC").replace(/\s/g, "").toUpperCase();
}

function checkDigit(number) {
  return CHECK[WEIGHTS.reduce((sum, weight, i) => sum + weight * Number(number[i]), 0) % 11];
}

export default function docNumber(wrapper) {
  const input = wrapper.querySelector("input");
  const output = wrapper.querySelector("output");
  const { textBorn, textFemale, textInvalid, textMale } = wrapper.dataset;

  function describe() {
    const number = normalise(input.value);
    output.textContent = "";
    if (!/^\d{17}[\dX]$/.test(number)) return;
    const valid = checkDigit(number) === number[17];
    output.dataset.valid = valid;
    const birth = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
    const sex = Number(number[16]) % 2 ? textMale : textFemale;
    output.textContent = valid ? `${textBorn} ${birth} · ${sex}` : textInvalid;
  }

  input.addEventListener("input", describe);
  describe();
}
