// What the page is made of: nodes from data. Nothing here asks the server or keeps a state.

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export const zoned = (date, zone, options) =>
  new Intl.DateTimeFormat("en-GB", { timeZone: zone || "UTC", ...options }).format(date);
export const hour = (date, zone) => zoned(date, zone, { hour: "2-digit", minute: "2-digit" });
export const day = (date, zone) =>
  zoned(date, zone, { weekday: "long", day: "numeric", month: "long", year: "numeric" });

export function face(person) {
  return make("span", { class: "face", "aria-hidden": "true", style: `--hue: ${(person.id * 67) % 360}` },
    person.first_name.slice(0, 1));
}

export function personRow(person, { chosen, unread, choose }) {
  const name = [person.first_name, person.last_name].filter(Boolean).join(" ");
  const mark = unread
    ? [make("span", { class: "unread" }, String(unread), make("span", { class: "unseen" }, " unread"))] : [];
  const who = make("span", { class: "who" }, name, make("small", {}, (person.zone || "UTC").replaceAll("_", " ")));
  return make("li", {}, make("button", {
    type: "button", "data-person": person.id, "aria-current": chosen && "true", onclick: choose,
  }, face(person), who, ...mark));
}

export function keyRows(rows, draw) {
  return make("div", { class: "keys" }, ...rows.map((row) => make("div", { class: "row" }, ...row.map(draw))));
}

function inlineKey(key, tap) {
  if (key.url) return make("a", { href: key.url, target: "_blank", rel: "noopener noreferrer" }, key.label);
  return make("button", { type: "button", onclick: () => tap(key.data) }, key.label);
}

const attachment = (words) => make("span", { class: "attachment" }, words);

// `acts` has tap(data) and reply(): what the buttons of this message do.
export function bubble(message, { zone, quoted, tap, reply }) {
  const text = make("span");
  text.innerHTML = message.html; // The sandbox escaped it; only Telegram's own tags are in there.
  const parts = [];
  if (quoted) parts.push(make("span", { class: "quote" }, quoted.text || quoted.kind));
  if (message.photo) parts.push(attachment("Photo"));
  if (message.location) {
    parts.push(attachment(`Location ${message.location.latitude}, ${message.location.longitude}`));
  }
  const again = make("button", { type: "button", onclick: reply }, "Reply");
  const notes = [message.edited && "edited", hour(new Date(message.date * 1000), zone)].filter(Boolean).join(" · ");
  const box = make("div", { class: "bubble" }, ...parts, text, make("span", { class: "meta" }, again, notes));
  const keys = message.keyboard?.length ? [keyRows(message.keyboard, (key) => inlineKey(key, tap))] : [];
  return make("article", {
    class: message.from_bot ? "message" : "message mine", "data-id": message.message_id,
    "aria-label": message.from_bot ? message.from : "You",
  }, box, ...keys);
}

export const dayMark = (words) => make("div", { class: "day" }, words);

export function call(record) {
  const bad = record.status !== 200;
  const head = make("summary", {}, make("b", {}, record.method),
    make("small", {}, record.parameters.chat_id ?? ""), make("small", { class: "status" }, String(record.status)));
  const about = bad ? `${record.error}\n` : "";
  return make("li", { class: bad && "bad" }, make("details", {}, head,
    make("pre", {}, about + JSON.stringify(record.parameters, null, 2))));
}

// Puts `nodes` into `box`, keeping those already there that would look the same: a screen reader
// hears only what is new, and a focused button keeps its focus when its message is redrawn.
export function patch(box, wanted) {
  const had = new Map([...box.children].map((node) => [node.dataset.key, node]));
  const focused = document.activeElement?.closest("[data-key]");
  const at = focused && [...focused.querySelectorAll("button, a")].indexOf(document.activeElement);
  const keep = new Set(wanted.map((one) => one.key));
  for (const [key, node] of had) if (!keep.has(key)) node.remove();
  wanted.forEach((one, place) => {
    let node = had.get(one.key);
    if (!node || node.dataset.look !== one.look) {
      const fresh = one.draw();
      Object.assign(fresh.dataset, { key: one.key, look: one.look });
      node?.replaceWith(fresh);
      if (node && node === focused) fresh.querySelectorAll("button, a")[at]?.focus();
      node = fresh;
    }
    if (box.children[place] !== node) box.insertBefore(node, box.children[place] ?? null);
  });
}
