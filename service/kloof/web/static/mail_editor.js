// Shows the mail in the frame beside it once a field is left. Without this file its button does so.
{
  const form = document.querySelector("[data-editor]");
  const show = form.querySelector("[data-seen][formtarget=seen-frame]");
  if (show) form.addEventListener("change", () => form.requestSubmit(show));
}
