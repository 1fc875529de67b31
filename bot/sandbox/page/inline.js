// Inline mode: "@bot some words" in the line where one writes shows what the bot offers.

import { toEnd } from "./chat.js";
import { $, face, make } from "./dom.js";
import { post } from "./server.js";
import { state } from "./state.js";
import { attempt } from "./toast.js";

const PAUSE_MS = 250; // typing goes on
const PATIENCE_MS = 10_000;
const asked = { words: null, query: "", timer: 0, patience: 0, early: null };

// The words after the bot's name; null when the text is no inline query.
export function inlineQuery(text) {
  const [, name, words] = /^@(\w+)(?:\s([^]*))?$/.exec(text) ?? [];
  const meant = name?.toLowerCase() === state.bot.username.toLowerCase();
  return meant && words !== undefined ? words : null;
}

export function closeResults() {
  clearTimeout(asked.timer);
  clearTimeout(asked.patience);
  Object.assign(asked, { words: null, query: "" });
  $("results").hidden = true;
  $("results-note").textContent = "";
}

function note(words) {
  $("results-note").textContent = words;
}

async function ask(words) {
  const { inline_query_id: query, update_id: update } = await post("inline", { user: state.chosen, query: words.trim() });
  if (asked.words !== words) return;
  asked.query = query;
  if (update === null) return note("This bot doesn't answer in other chats.");
  if (asked.early?.inline_query_id === query) return hearResults(asked.early);
  asked.patience = setTimeout(() => note("No answer came. Try other words."), PATIENCE_MS);
}

async function askOrClose(words) {
  try {
    await ask(words);
  } catch (error) {
    closeResults();
    throw error;
  }
}

export function showResults(text) {
  const words = inlineQuery(text);
  if (words === null) return closeResults();
  if (words === asked.words) return;
  clearTimeout(asked.timer);
  clearTimeout(asked.patience);
  asked.words = words;
  $("result-list").replaceChildren();
  $("results").hidden = false;
  note("Looking…");
  asked.timer = setTimeout(attempt(() => askOrClose(words)), PAUSE_MS);
}

const take = attempt(async (query, result) => {
  await post("inline/choose", { user: state.chosen, inline_query_id: query, result_id: result.id });
  $("text").value = "";
  closeResults();
  toEnd();
  $("text").focus();
});

function row(query, result, at) {
  const title = result.title ?? result.type;
  const words = make("span", { class: "about" }, make("b", {}, title), make("small", {}, result.description ?? ""));
  return make("li", {}, make("button", { type: "button", onclick: () => take(query, result) }, face(title, at + 2), words));
}

// The results may be here before the page knows the number of its query.
export function hearResults(event) {
  const { inline_query_id: query, results } = event;
  asked.early = event;
  if (query !== asked.query) return;
  clearTimeout(asked.patience);
  note(results.length ? `${results.length} ${results.length === 1 ? "result" : "results"}` : "Nothing found.");
  $("result-list").replaceChildren(...results.map((result, at) => row(query, result, at)));
}

export const firstResult = () => $("result-list").querySelector("button")?.click();

// The arrows walk through the list, Escape goes back to the words.
export function wireResults() {
  $("results").addEventListener("keydown", (event) => {
    const buttons = [...$("result-list").querySelectorAll("button")];
    const to = buttons.indexOf(document.activeElement) + ({ ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0);
    if (event.key === "Escape") closeResults();
    if (event.key === "Escape" || to < 0) $("text").focus();
    else if (event.key.startsWith("Arrow")) buttons[Math.min(to, buttons.length - 1)]?.focus();
    else return;
    event.preventDefault();
  });
}
