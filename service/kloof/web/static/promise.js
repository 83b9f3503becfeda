// Shows the guide of another choice at once. Without this file a button does, and the browser prints by itself.
{
  const form = document.querySelector("[data-guide-choice]");
  const print = () => {
    const button = document.querySelector("[data-print]");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  };

  let turn = 0;
  async function show() {
    const mine = ++turn;
    const address = `${location.pathname}?${new URLSearchParams(new FormData(form))}`;
    const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
    if (mine !== turn) return;
    const page = answer?.ok && !answer.redirected && new DOMParser().parseFromString(await answer.text(), "text/html");
    const [shown, next] = [document, page || null].map((one) => one?.querySelector("[data-guide]"));
    // Signed out meanwhile, or nothing was shown before: the page as a whole says what there is.
    if (!shown || !next) return location.assign(address);
    if (mine !== turn) return;
    shown.replaceWith(next);
    document.title = page.title;
    const [old, count] = [document, page].map((one) => one.querySelector(".guide__aspects"));
    const chips = (one) => [...one.querySelectorAll("input")].map((box) => box.value).join();
    // Another product has chips of its own. Else the chips stay, and with them where the keyboard is.
    if (chips(old) !== chips(count)) old.querySelector("fieldset").replaceWith(count.querySelector("fieldset"));
    old.querySelector("summary").replaceChildren(...count.querySelector("summary").childNodes);
    document.querySelector("[data-guide-told]").textContent = next.querySelector("h2").textContent;
    history.replaceState(null, "", address);
    print();
  }

  if (form && document.querySelector("[data-guide]")) {
    form.querySelector("button").hidden = true;
    form.addEventListener("change", show);
  }
  print();
}
