// One message, or one album, as it stands in the chat.

import { icon, keyRows, make, unseen } from "./dom.js";
import { media, photo } from "./media.js";
import { wireText } from "./quotes.js";
import { clip, gist, hour } from "./words.js";

const NAME_LENGTH = 40;

function inlineKey(key, acts) {
  if (key.url) {
    return make("a", { href: key.url, target: "_blank", rel: "noopener noreferrer" }, key.label, make("span", { class: "leads", "aria-hidden": "true" }, "↗"));
  }
  const act = key.data !== undefined ? () => acts.tap(key.data)
    : key.copy !== undefined ? () => acts.copy(key.copy)
      : key.switch !== undefined ? () => acts.inline(key.switch)
        : () => acts.unknown(key.other);
  return make("button", { type: "button", onclick: act }, key.label);
}

function notesOf(message, { zone, topic }) {
  const notes = [topic && `in ${topic}`, message.edited && "edited", hour(new Date(message.date * 1000), zone)];
  return notes.filter(Boolean).join(" · ");
}

// The last line leaves room for the notes (messages.css), as in Telegram.
function text(message, key, acts) {
  if (!message.html) return null;
  const room = `${message.silent ? "🔕 " : ""}${notesOf(message, acts)}`;
  const node = make("div", { class: "text", dir: "auto", "data-room": room });
  node.innerHTML = message.html; // The sandbox escaped it; only Telegram's own tags are in there.
  wireText(node, key);
  return node;
}

function meta(message, acts) {
  const silent = message.silent ? make("span", { class: "silent" }, icon("bell"), unseen("sent without sound")) : null;
  const button = make("button", {
    type: "button", class: "more", "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": "popup",
    onclick: (event) => acts.menu(event.currentTarget),
  }, icon("more"), unseen(`Options for “${clip(gist(message), NAME_LENGTH)}”`));
  return make("div", { class: "meta" }, silent, make("span", {}, notesOf(message, acts)), button);
}

function framed(messages, parts, acts) {
  const [first] = messages;
  const keys = first.keyboard?.length ? keyRows(first.keyboard, (key) => inlineKey(key, acts)) : null;
  const from = first.from_bot ? first.from : "You";
  return make("article", {
    class: first.from_bot ? "message" : "message mine", "data-id": first.message_id, "aria-label": from,
  }, make("div", { class: "bubble" }, ...parts, meta(first, acts)), keys);
}

function above(message, quoted) {
  return [
    message.forwarded ? make("span", { class: "via" }, "Forwarded message") : null,
    message.via ? make("span", { class: "via" }, `via @${message.via}`) : null,
    quoted ? make("span", { class: "quote" }, clip(gist(quoted), 120)) : null,
  ];
}

// `acts`: zone, quoted, topic, votes, and what the buttons do: tap, copy, inline, unknown, vote, menu.
export function bubble(message, key, acts) {
  return framed([message], [...above(message, acts.quoted), media(message, acts), text(message, key, acts)], acts);
}

export function album(messages, key, acts) {
  const pictures = messages.map((one, at) =>
    (one.media.photo ? photo(one.media.photo, `Photo ${at + 1} of ${messages.length}`) : media(one, acts)));
  const words = messages.map((one) => text(one, key, acts));
  const grid = make("div", { class: messages.every((one) => one.media.photo) ? "album" : "stack" }, ...pictures);
  return framed(messages, [...above(messages[0], acts.quoted), grid, ...words], acts);
}

export const dayMark = (words) => make("div", { class: "day" }, words);
export const service = (words) => make("div", { class: "day" }, words);
