// <button data-module="dialog" data-dialog="some-id"> opens <dialog id="some-id">. The dialog closes
// on Esc (native), on [data-dialog-close], on a click beside it, and on the "dialog:close" event that
// a server may send with HX-Trigger.
function open(button) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById(button.dataset.dialog).showModal();
  });
}

function close(dialog) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-dialog-close]")) dialog.close();
  });
  document.body.addEventListener("dialog:close", () => dialog.close());
}

export default function dialog(element) {
  if (element instanceof HTMLDialogElement) close(element);
  else open(element);
}
