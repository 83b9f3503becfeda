// Comfort only: search, and a picture as PNG. Every page is whole without this file.

const { root, language, defaultLanguage } = document.body.dataset;
const path = (location) => root + location;

// ---------------------------------------------------------------- search

const dialog = document.querySelector("[data-search]");
const opener = document.querySelector("[data-search-open]");
const words = document.getElementById("search-words");
const status = dialog.querySelector("[data-search-status]");
const results = dialog.querySelector("[data-search-results]");
const WHOLE = 200;
let worker;
let ready = false;

const isOurs = (location) => {
  const other = location.startsWith("en/") ? "en" : location.startsWith("nl/") ? "nl" : defaultLanguage;
  return other === language;
};

const item = (found) => {
  const line = document.createElement("li");
  const link = document.createElement("a");
  link.href = path(found.location);
  link.textContent = found.title;
  const summary = document.createElement("p");
  // It is cut at a number of characters; only whole words are shown.
  summary.textContent = found.summary.length < WHOLE ? found.summary : `${found.summary.replace(/\s+\S*$/, "")} …`;
  line.append(link, summary);
  return line;
};

const show = (found) => {
  const ours = found.filter((one) => isOurs(one.location)).slice(0, 12);
  results.replaceChildren(...ours.map(item));
  status.textContent = ours.length ? dialog.dataset.some.replace("{n}", ours.length) : dialog.dataset.none;
};

const ask = () => {
  const query = words.value.trim();
  if (query.length < 2) {
    results.replaceChildren();
    status.textContent = "";
  } else if (ready) {
    // Every word may be the beginning of one; characters that lunr would read as commands are left out.
    const terms = query.replace(/[~^*:+\-]/g, " ").split(/\s+/).filter(Boolean);
    worker.postMessage({ query: terms.map((term) => `${term} ${term}*`).join(" ") });
  }
};

const start = () => {
  worker = new Worker(path("search/worker.js"));
  worker.onmessage = ({ data }) => {
    if (data.allowSearch) {
      ready = true;
      ask();
    } else if (data.results) {
      show(data.results);
    }
  };
  worker.postMessage({ init: true });
};

if (dialog.showModal && window.Worker) {
  opener.hidden = false;
  opener.addEventListener("click", () => {
    if (!worker) start();
    dialog.showModal();
    words.focus();
  });
  words.addEventListener("input", ask);
  dialog.querySelector("form").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === words) {
      event.preventDefault();
      results.querySelector("a")?.click();
    }
  });
}

// ---------------------------------------------------------------- pictures as PNG

const SHARPNESS = 2;

const asPng = async (address) => {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * SHARPNESS;
  canvas.height = image.naturalHeight * SHARPNESS;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
};

for (const link of document.querySelectorAll("a[data-png]")) {
  link.hidden = false;
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    const saved = document.createElement("a");
    saved.href = URL.createObjectURL(await asPng(link.href));
    saved.download = link.dataset.png;
    saved.click();
    URL.revokeObjectURL(saved.href);
  });
}
