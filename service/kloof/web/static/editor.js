// Shows what is typed in the frame beside it, a moment after the last letter. Without this file its button does so.
{
  const form = document.querySelector("[data-editor]");
  const frame = form.querySelector("iframe");
  const show = form.querySelector("[data-seen]");
  const PAUSE = 400;
  let timer, asking;

  const refresh = async () => {
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(show.formAction, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        signal: asking.signal,
      });
      if (answer.ok) put(await answer.text());
    } catch {}
  };

  // Into the page that is there already: a new one would flash, and be a step back in the browser's history.
  const put = (html) => {
    const seen = frame.contentDocument;
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const styles = (page) => [...page.querySelectorAll("link, style")].map((one) => one.outerHTML).join();
    if (styles(seen) !== styles(fresh)) seen.head.replaceWith(seen.importNode(fresh.head, true));
    seen.documentElement.lang = fresh.documentElement.lang;
    seen.body.replaceWith(seen.importNode(fresh.body, true));
  };

  form.addEventListener("input", (event) => {
    clearTimeout(timer);
    timer = setTimeout(refresh, event.target.closest(".seen") ? 0 : PAUSE);
  });
  show.addEventListener("click", (event) => {
    event.preventDefault();
    refresh();
  });
}
