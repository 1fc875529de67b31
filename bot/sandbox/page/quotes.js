// Quotes that fold, and spoilers. What somebody unfolded stays so when its message is redrawn.

import { icon, make, unseen } from "./dom.js";
import { clip, oneLine } from "./words.js";

const unfolded = new Set();
const FIRST_WORDS = 40;

function show(quote, button, open) {
  quote.classList.toggle("open", open);
  button.setAttribute("aria-expanded", String(open));
  button.firstElementChild.textContent = open ? "Show less" : "Show more";
}

function foldable(quote, key) {
  const inside = make("div", { class: "inside" }, ...quote.childNodes);
  const words = clip(oneLine(inside.textContent), FIRST_WORDS);
  const button = make("button", { type: "button", class: "fold" }, make("span"), unseen(` of “${words}”`), icon("down"));
  const turn = (open) => {
    if (open) unfolded.add(key);
    else unfolded.delete(key);
    show(quote, button, open);
  };
  button.addEventListener("click", () => turn(!unfolded.has(key)));
  inside.addEventListener("click", (event) => {
    if (!event.target.closest("a, .spoiler") && getSelection().isCollapsed && !button.hidden) turn(!unfolded.has(key));
  });
  // Who comes to a link by keyboard sees where they are.
  inside.addEventListener("focusin", () => turn(true));
  quote.append(inside, button);
  show(quote, button, unfolded.has(key));
}

function hidden(spoiler) {
  const reveal = () => {
    spoiler.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label"]) spoiler.removeAttribute(name);
  };
  for (const [name, value] of [["role", "button"], ["tabindex", "0"], ["aria-label", "Hidden text: show it"]]) {
    spoiler.setAttribute(name, value);
  }
  spoiler.addEventListener("click", reveal);
  spoiler.addEventListener("keydown", (event) => ["Enter", " "].includes(event.key) && reveal());
}

export function wireText(text, key) {
  text.querySelectorAll("blockquote.expandable").forEach((quote, at) => foldable(quote, `${key}-${at}`));
  text.querySelectorAll(".spoiler").forEach(hidden);
}

// A quote that is short anyway needs no button; how many lines it has depends on the width.
export function measureQuotes(log) {
  for (const quote of log.querySelectorAll("blockquote.expandable")) {
    const [inside, button] = quote.children;
    const open = quote.classList.contains("open");
    quote.classList.remove("open", "short");
    const short = inside.scrollHeight <= inside.clientHeight + 1;
    quote.classList.toggle("short", short);
    quote.classList.toggle("open", open);
    button.hidden = short;
  }
}
