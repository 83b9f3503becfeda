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

const PAGES = 12; // so many are shown
const PARTS = 3; // of each page, besides the page itself
const PART = " › "; // stands between the title of a page and that of a part of it
let typo = false;

const link = (location, title) => {
  const made = document.createElement("a");
  made.href = path(location);
  made.textContent = title;
  return made;
};

// Hits of one page together, in the order of the best of each.
const byPage = (found) => {
  const pages = new Map();
  for (const one of found) {
    const [address] = one.location.split("#");
    if (!pages.has(address)) pages.set(address, { address, title: one.title.split(PART)[0], parts: [] });
    pages.get(address).parts.push(one);
  }
  return [...pages.values()];
};

const item = ({ address, title, parts }) => {
  const line = document.createElement("li");
  line.append(link(address, title));
  const summary = document.createElement("p");
  // It is cut at a number of characters; only whole words are shown.
  const own = parts[0].title.split(PART).pop();
  const whole = parts[0].summary.trim();
  const words = whole.startsWith(own) ? whole.slice(own.length).trim() : whole;
  summary.textContent = whole.length < WHOLE ? words : `${words.replace(/\s+\S*$/, "")} …`;
  line.append(summary);
  const inside = parts.filter((one) => one.location.includes("#")).slice(0, PARTS);
  if (inside.length) {
    const list = document.createElement("ul");
    list.append(
      ...inside.map((one) => {
        const part = document.createElement("li");
        part.append(link(one.location, one.title.split(PART).pop()));
        return part;
      }),
    );
    line.append(list);
  }
  return line;
};

const counted = (shown, all) => {
  const { all: whole, one, some, near } = dialog.dataset;
  const said = all === 1 ? one : shown < all ? some.replace("{n}", shown).replace("{all}", all) : whole.replace("{n}", all);
  return typo ? `${near} ${said}` : said;
};

const show = (found) => {
  const pages = byPage(found.filter((one) => isOurs(one.location)));
  if (!pages.length && !typo) {
    typo = true;
    send();
    return;
  }
  results.replaceChildren(...pages.slice(0, PAGES).map(item));
  status.textContent = pages.length ? counted(Math.min(pages.length, PAGES), pages.length) : dialog.dataset.none;
};

const send = () => {
  // Every word may be the beginning of one; characters that lunr would read as commands are left out. Where nothing
  // is found, a word may be one letter off.
  const terms = words.value.trim().replace(/[~^*:+\-]/g, " ").split(/\s+/).filter(Boolean);
  const one = (term) => (typo && term.length > 3 ? `${term}~1` : `${term} ${term}*`);
  worker.postMessage({ query: terms.map(one).join(" ") });
};

const ask = () => {
  typo = false;
  if (words.value.trim().length < 2) {
    results.replaceChildren();
    status.textContent = "";
  } else if (ready) {
    send();
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

// A browser that keeps the clipboard from this page gets no button that could not keep its word.
if (navigator.clipboard?.write && window.ClipboardItem) {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const said = button.parentElement.querySelector("[role=status]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        // The promise goes in unawaited: Safari takes it only within the press itself.
        await navigator.clipboard.write([new ClipboardItem({ "image/png": asPng(button.dataset.copy) })]);
        said.textContent = button.dataset.done;
      } catch {
        said.textContent = button.dataset.failed;
      }
    });
  }
}

// ---------------------------------------------------------------- tables

// A table is a stop of the Tab key only where it has more than it shows: that changes with its place, and with itself.
const stops = new ResizeObserver((seen) => {
  for (const { target } of seen) {
    const region = target.closest(".table-scroll");
    if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
    else region.removeAttribute("tabindex");
  }
});
for (const part of document.querySelectorAll(".table-scroll, .table-scroll > table")) stops.observe(part);
