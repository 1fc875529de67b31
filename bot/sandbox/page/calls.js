// The calls of the Bot API, newest first; folded until somebody looks.

import { $, make } from "./dom.js";
import { person } from "./state.js";
import { clip, oneLine } from "./words.js";

const SHOWN = 200;

function excerpt({ text, caption, question, commands, results }) {
  const found = Array.isArray(results) ? `${results.length} results` : "";
  const words = text ?? caption ?? question ?? (commands ? "the menu" : found);
  return clip(oneLine(String(words).replaceAll(/<[^>]*>/g, "")), 90);
}

function call(record) {
  const bad = record.status !== 200;
  const to = person(Number(record.parameters.chat_id))?.first_name;
  const words = excerpt(record.parameters);
  const head = make("summary", {}, make("b", {}, record.method), to ? make("span", { class: "to" }, `to ${to}`) : null,
    bad ? make("span", { class: "status" }, String(record.status)) : null, words ? make("small", {}, words) : null);
  const about = bad ? `${record.error}\n` : "";
  return make("li", { class: bad && "bad" },
    make("details", {}, head, make("pre", {}, about + JSON.stringify(record.parameters, null, 2))));
}

export function hearCall(record) {
  if (record.method === "getUpdates") return;
  $("calls").prepend(call(record));
  while ($("calls").children.length > SHOWN) $("calls").lastElementChild.remove();
}
