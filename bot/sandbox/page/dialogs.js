// Questions in a dialog. Each returns a promise of what was answered, null when it was closed.

import { make } from "./dom.js";

// Each has an element of its own, since a notice may come while a question is open.
function open(title, content, buttons) {
  const answers = make("div", { class: "answers" }, ...buttons);
  const form = make("form", { method: "dialog" }, make("h2", {}, title), ...content, answers);
  const dialog = make("dialog", { "aria-label": title }, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(dialog.returnValue || null);
    }, { once: true });
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
