// Saves each choice as it is made, brings the next question into view, and takes figures from the keyboard. Without this
// file "Next" saves the page, and nothing else differs.
{
  const form = document.getElementById("survey");
  const line = form.querySelector(".saved");
  // A button is called "action", so form.action is that button.
  const address = new URL(form.getAttribute("action"), location);
  // What was chosen in the mail waits in a field of its own until the first own choice; then it is sent with it.
  const fromMail = form.elements["from.mail"];
  const carried = Object.fromEntries(new URLSearchParams(fromMail?.value));

  // What is not sent yet, by field: its value, and what the server knew when it was chosen. It lies in the browser's
  // storage, so that a closed tab loses nothing; where storage is off, in memory.
  const shelf = `kloof ${address.pathname}`;
  let memory = {};
  const unsent = () => {
    try {
      return JSON.parse(localStorage.getItem(shelf) ?? "{}");
    } catch {
      return memory;
    }
  };
  const keep = (fields) => {
    memory = fields;
    try {
      if (isEmpty(fields)) localStorage.removeItem(shelf);
      else localStorage.setItem(shelf, JSON.stringify(fields));
    } catch {}
  };
  const isEmpty = (fields) => Object.keys(fields).length === 0;
  // A box has a hidden field behind it that says no: of two fields with one name the first counts.
  const known = Object.fromEntries([...new FormData(form)].reverse());
  for (const name in carried) delete known[name];
  // Why something is not saved, by field, until that field is chosen again.
  const refused = {};
  const say = (word, more = "") => {
    const words = `${line.dataset[word]} ${more}`.trim();
    if (line.textContent !== words) line.textContent = words;
  };

  // One request at a time, so that an earlier choice never arrives after a later one.
  let timer;
  let queue = Promise.resolve();
  const flush = () => (queue = queue.then(send));
  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(flush, wait);
  };

  async function send() {
    clearTimeout(timer);
    const fields = unsent();
    if (isEmpty(fields)) return;
    const body = new URLSearchParams({ language: form.elements.language.value });
    if (fromMail) body.set("from.mail", fromMail.value);
    for (const [name, { value }] of Object.entries(fields)) body.set(name, value);
    const headers = { Accept: "application/json" };
    const signal = AbortSignal.timeout?.(15000);
    const answer = await fetch(address, { method: "POST", headers, body, signal, keepalive: true }).catch(() => null);
    // Saved is 204 and nothing else: what answers 200 is the sign-in page of somebody's wireless network.
    const arrived = answer && (answer.status === 204 || (answer.status >= 400 && answer.status < 500 && answer.status !== 429));
    if (arrived) {
      settle(answer.status, answer.ok ? {} : await answer.json().catch(() => ({})), fields);
    } else {
      say("waiting");
      later(10000);
    }
  }

  function settle(status, { errors, kept = {} }, sent) {
    const done = errors ? Object.keys(errors) : Object.keys(sent);
    const left = unsent();
    for (const name of done) {
      if (left[name]?.value === sent[name]?.value) delete left[name];
      if (status < 300) known[name] = sent[name].value;
      if (status < 300 && name in carried) waitsNoMore(name, "good", sent[name].value === carried[name]);
      delete refused[name];
    }
    keep(left);
    Object.assign(refused, errors);
    // Another answer was kept before the choice of the mail came: that one is shown, and the note says so.
    for (const [name, value] of Object.entries(kept)) {
      known[name] = `${value}`;
      if (!(name in left)) form.elements[name].value = value;
      if (name in carried) waitsNoMore(name, "careful", true, errors[name]);
      delete refused[name];
    }
    if (status >= 300 && !errors) say("closed");
    else if (!isEmpty(refused)) say("refused", Object.values(refused).join(" "));
    else if (isEmpty(left)) say("saved");
    if (!isEmpty(left)) later(status < 300 ? 0 : 1000);
  }

  // The words of the note change and its height does not, so nothing moves under a finger.
  function waitsNoMore(name, mood, isTrue, words) {
    delete carried[name];
    fromMail.value = new URLSearchParams(carried);
    const note = document.querySelector(`[data-waits="${name}"]`);
    note.style.minHeight = `${note.getBoundingClientRect().height}px`;
    note.classList.add(`notice--${mood}`);
    note.textContent = words ?? note.dataset.saved;
    if (!isTrue) note.style.visibility = "hidden";
  }

  // What was chosen in the mail leaves the address: opened again it would be chosen again. The page stays, for "back".
  function tidy() {
    const here = new URL(location);
    const brought = [...here.searchParams.keys()].filter((name) => !["page", "language", "to.check"].includes(name));
    if (!brought.length) return;
    for (const name of brought) here.searchParams.delete(name);
    here.searchParams.set("page", form.elements.page.value);
    history.replaceState(history.state, "", here);
  }

  function note({ target }) {
    const filled = new FormData(form);
    // A promise is kept whole: what it is about means nothing without its words.
    const promise = target.name.match(/^promise-\d/)?.[0];
    const together = promise ? [...filled.keys()].filter((name) => name.startsWith(promise)) : [target.name];
    const fields = unsent();
    for (const name of [...Object.keys(carried), ...together]) {
      if (filled.has(name)) fields[name] = { value: filled.get(name), was: known[name] ?? null };
      delete refused[name];
    }
    keep(fields);
    tidy();
    say("saving");
    later(target.type === "textarea" ? 800 : 0);
  }

  // Brings back what was chosen here and never arrived, unless another device has answered since.
  function bringBack() {
    const fields = unsent();
    for (const [name, { value, was }] of Object.entries(fields)) {
      const field = form.elements[name];
      if (!field) continue;
      if (name in carried) {
        // Chosen in the mail after that: the last choice counts.
        fields[name].value = carried[name];
      } else if ((known[name] ?? null) !== was) {
        delete fields[name];
      } else {
        field.value = value;
        if (field[0]?.type === "checkbox") field[0].checked = value === "yes";
        for (let fold = field.closest?.("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
      }
    }
    keep(fields);
  }

  // From here on: comfort while answering. Nothing is kept or lost by it.
  const rated = [...form.querySelectorAll(".question:has(.scale)")];
  const isOpen = (question) => !question.querySelector(":checked");
  const count = form.querySelector("[data-answered]");
  const elsewhere = Number(count?.textContent) - rated.filter((one) => one.querySelector("[checked]")).length;
  const tally = () => {
    if (count) count.textContent = elsewhere + rated.filter((one) => !isOpen(one)).length;
  };

  // The next question comes into view after a tap; who uses the keyboard, or asked for less motion, goes by themselves.
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let byHand = false;
  addEventListener("pointerdown", () => (byHand = true), true);
  addEventListener("keydown", () => (byHand = false), true);
  const done = new Set(rated.filter((one) => !isOpen(one)));
  function onward({ target }) {
    tally();
    const question = target.closest(".question");
    const at = rated.indexOf(question);
    if (at < 0 || done.has(question)) return;
    done.add(question);
    if (!byHand || calm.matches) return;
    const next = rated.slice(at + 1).find(isOpen);
    if (next) next.scrollIntoView({ behavior: "smooth", block: "start" });
    else form.querySelector(".actions").scrollIntoView({ behavior: "smooth", block: "end" });
  }

  // A figure on the keyboard chooses it in the question that has the focus, else in the first open one. "1" and then "0"
  // is ten. The focus stays where the choice was made.
  let last = { key: "", at: -Infinity, question: null };
  function choose(event) {
    const { target, key } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || !"0123456789".includes(key)) return;
    if (target.matches("textarea, select")) return;
    const question = target.closest(".question") ?? rated.find(isOpen);
    if (!rated.includes(question)) return;
    const isSecond = question === last.question && event.timeStamp - last.at < 1000;
    const point = (value) => [...question.querySelectorAll("input")].find((one) => one.value === value);
    const chosen = (isSecond && point(last.key + key)) || point(key);
    if (!chosen) return;
    last = { key, at: event.timeStamp, question };
    chosen.focus();
    if (!chosen.checked) chosen.click();
  }

  // A link to a question shows the whole of it, and leaves the keyboard at its answers.
  function reach() {
    const question = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const answer = question && (question.querySelector(":checked") ?? question.querySelector("input"));
    answer?.focus({ preventScroll: true });
  }

  form.addEventListener("input", note);
  form.addEventListener("input", onward);
  addEventListener("keydown", choose);
  addEventListener("hashchange", reach);
  addEventListener("load", reach); // a browser that goes to a question while it loads takes the focus off again
  form.addEventListener("submit", async (event) => {
    if (isEmpty(unsent())) return;
    event.preventDefault();
    await flush();
    if (isEmpty(unsent())) form.requestSubmit(event.submitter);
  });
  addEventListener("online", flush);
  if (isEmpty(carried)) tidy();
  bringBack();
  tally();
  flush();
}
