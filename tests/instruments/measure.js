// What is wrong with a page as it stands: what sticks out, lies over other words, or is too low to press; and its long names.
() => {
  const TARGET = 44;
  const SLACK = 1.5;
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const isOnlyHeard = (element) => {
    // Kept for who listens: one pixel wide, or above the page until it has the focus.
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      const { width, bottom } = box.getBoundingClientRect();
      if (getComputedStyle(box).position === "absolute" && (width <= 1 || bottom <= 0)) return true;
    }
    return false;
  };
  const isHidden = (element) =>
    !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || isOnlyHeard(element);
  const short = (words) => words.trim().replace(/\s+/g, " ").slice(0, 40);

  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest("script, option, textarea") || isHidden(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const { left, right, top, bottom } of range.getClientRects()) {
      if (right - left > 1) boxes.push({ left, right, top, bottom, element, node });
    }
  }

  const edge = (element) => {
    // The nearest box that cuts off or scrolls what is wider than itself.
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      if (!["visible", ""].includes(getComputedStyle(box).overflowX)) return box.getBoundingClientRect();
    }
    return { left: 0, right: document.documentElement.clientWidth };
  };
  const outside = boxes.filter(({ left, right, element }) => {
    const at = edge(element);
    return left < at.left - SLACK || right > at.right + SLACK;
  });

  const overlaps = [];
  boxes.sort((one, other) => one.top - other.top);
  boxes.forEach((one, at) => {
    for (let next = at + 1; next < boxes.length && boxes[next].top < one.bottom; next += 1) {
      const other = boxes[next];
      if (one.node === other.node) continue;
      const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      // The boxes of letters are higher than their lines, so those of two lines may touch.
      const least = Math.min(one.bottom - one.top, other.bottom - other.top);
      if (wide > SLACK && high > least * 0.4) overlaps.push(`${short(one.node.data)} | ${short(other.node.data)}`);
    }
  });

  const inSentence = (control) => {
    if (control.tagName !== "A" || getComputedStyle(control).display !== "inline") return false;
    const block = control.closest("p, li, td, th, dd, dt, blockquote, .mail-text");
    return block !== null && short(block.textContent) !== short(control.textContent);
  };
  const leadsTo = (x, y) => {
    const found = document.elementFromPoint(x, y);
    const pressed = found && found.closest(`${CONTROLS}, label`);
    return pressed && pressed.tagName === "LABEL" ? pressed.control : pressed;
  };
  const isLow = (control) => {
    const label = ["radio", "checkbox"].includes(control.type) ? control.closest("label") : null;
    const { left, right, top, bottom } = (label ?? control).getBoundingClientRect();
    const reach = TARGET / 2 - SLACK;
    return [-reach, 0, reach].some((off) => leadsTo((left + right) / 2, (top + bottom) / 2 + off) !== control);
  };
  const small = [...document.querySelectorAll(CONTROLS)]
    .filter((control) => !isHidden(control.closest("label") ?? control) && !inSentence(control))
    .filter((control) => control.tabIndex >= 0 && control.getBoundingClientRect().width > 0)
    .filter(isLow)
    .map((control) => `<${control.tagName.toLowerCase()}> ${short(control.textContent || control.name || "")}`);

  return {
    sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    outside: [...new Set(outside.map(({ node }) => short(node.data)))],
    overlaps: [...new Set(overlaps)],
    small: [...new Set(small)],
    long: [...new Set(boxes.flatMap(({ node }) => node.data.match(/\p{L}[^\s“”‘’]{59,}/gu) ?? []))],
  };
}
