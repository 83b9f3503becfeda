// Another aspect over time, as soon as it is chosen. Without this file there is a button, and the page comes anew.
for (const form of document.querySelectorAll("[data-trends]")) {
  const chosen = form.querySelector("select");
  form.querySelector("button").hidden = true;
  form.addEventListener("submit", (event) => event.preventDefault());
  const show = () => {
    for (const trend of document.querySelectorAll("[data-trend]")) {
      trend.hidden = trend.dataset.trend !== chosen.value;
    }
  };
  chosen.addEventListener("change", show);
  // A browser that comes back to the page may have kept another choice than the page was sent with.
  show();
}
