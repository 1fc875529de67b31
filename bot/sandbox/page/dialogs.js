// Questions in a dialog. Each returns a promise of what was answered, null when it was closed.

import { $, make } from "./dom.js";

function open(title, content, buttons) {
  const dialog = $("dialog");
  const heading = make("h2", { id: "dialog-title" }, title);
  const form = make("form", { method: "dialog" }, heading, ...content, make("div", { class: "answers" }, ...buttons));
  dialog.replaceChildren(form);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => answer(dialog.returnValue || null), { once: true });
  });
}

const cancel = () => make("button", { value: "", formnovalidate: true }, "Cancel");

export function choose(title, options) {
  const buttons = options.map(([label, value]) => make("button", { value }, label));
  return open(title, [make("div", { id: "place-list", class: "choices" }, ...buttons)], [cancel()]);
}

// `fields` have a name, a label, a first value, and lines when there may be several.
export async function ask(title, fields, yes) {
  const inputs = fields.map(({ name, value, lines }) => {
    const input = make(lines ? "textarea" : "input", { id: `ask-${name}`, rows: lines, required: true });
    input.value = value ?? "";
    return input;
  });
  const labelled = fields.flatMap(({ name, label }, at) => [make("label", { for: `ask-${name}` }, label), inputs[at]]);
  const sent = await open(title, labelled, [cancel(), make("button", { class: "main", value: "yes" }, yes)]);
  return sent && Object.fromEntries(fields.map(({ name }, at) => [name, inputs[at].value.trim()]));
}

export const tell = (words) => open("GutSkin says", [make("p", {}, words)], [make("button", { class: "main" }, "OK")]);
