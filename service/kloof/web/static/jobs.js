// Looks again how far work is while it is under way. Without this file the page reloads as a whole every few seconds.
{
  const open = () => document.querySelectorAll("[data-job][data-open]");

  async function look() {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    // Signed out meanwhile, or the server restarts: the next look tells.
    if (!answer?.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const shown of open()) {
      const found = page.querySelector(`[data-job="${shown.dataset.job}"]`);
      // What it led to stands elsewhere on the page.
      if (!found || !("open" in found.dataset)) return location.reload();
      const bar = shown.querySelector("progress");
      const next = found.querySelector("progress");
      if (next.hasAttribute("value")) {
        bar.max = next.max;
        bar.value = next.value;
      }
      const words = shown.querySelector(".job__words");
      const told = found.querySelector(".job__words").textContent;
      if (words.textContent !== told) words.textContent = told;
    }
  }

  const later = () => setTimeout(() => look().finally(later), 1500);
  if (open().length) later();
}
