// Nodes from data, and the drawing of lists that change.

export const $ = (id) => document.getElementById(id);

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null && child !== ""));
  return node;
}

// What is only read aloud.
export const unseen = (words) => make("span", { class: "unseen" }, words);

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  bell: "M3 3l18 18M9 19h6M6.5 8a6 6 0 0 1 11.5 2v4l2 3H7M6 11v3l-2 3h4",
  file: "M6 3h8l4 4v14H6zM14 3v5h5",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  pin: "M12 21s7-7.5 7-12a7 7 0 0 0-14 0c0 4.5 7 12 7 12zM12 11.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  play: "M8 5v14l11-7z",
  pause: "M8 5v14M16 5v14",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c1-5 4-7 8-7s7 2 8 7",
  down: "M6 9l6 6 6-6",
  check: "M5 12l5 5 9-10",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  for (const [key, value] of [["viewBox", "0 0 24 24"], ["aria-hidden", "true"], ["class", `icon icon-${name}`]]) {
    svg.setAttribute(key, value);
  }
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function face(name, number) {
  const letter = /[\p{L}\p{N}]/u.exec(name)?.[0] ?? "•";
  const node = make("span", { class: "face", "aria-hidden": "true" }, letter);
  node.style.setProperty("--hue", (number * 67) % 360);
  return node;
}

export function keyRows(rows, draw) {
  return make("div", { class: "keys" }, ...rows.map((row) => make("div", { class: "row" }, ...row.map(draw))));
}

// Puts `wanted` into `box`, keeping those already there that would look the same: a screen reader
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
