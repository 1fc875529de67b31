// Menus, with the keys that the ARIA Authoring Practices give them.

import { make } from "./dom.js";

let opened = null;

export function closeMenu({ refocus = false } = {}) {
  if (!opened) return;
  const { box, button } = opened;
  opened = null;
  box.hidden = true;
  button.setAttribute("aria-expanded", "false");
  if (refocus) button.focus();
}

function item({ label, detail, act, refocus = true }) {
  const take = () => { closeMenu({ refocus }); act(); };
  const words = detail ? [make("b", {}, label), detail] : [label];
  return make("button", { type: "button", role: "menuitem", tabindex: "-1", onclick: take }, ...words);
}

// One item can be come to by Tab: the one that has, or had, the focus.
function focusItem(target) {
  for (const one of target.parentElement.children) one.tabIndex = one === target ? 0 : -1;
  target.focus();
}

// A floating menu opens where there is room around its button.
function place(box, button) {
  const { left, right, top, bottom } = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const x = left + width < innerWidth - 8 ? left : right - width;
  const y = bottom + height < innerHeight - 8 ? bottom + 4 : top - height - 4;
  box.style.left = `${Math.max(8, x)}px`;
  box.style.top = `${Math.max(8, y)}px`;
}

export function openMenu(button, box, items, label) {
  if (opened?.button === button) return closeMenu();
  closeMenu();
  box.setAttribute("aria-label", label);
  box.replaceChildren(...items.map(item));
  box.hidden = false;
  if (box.classList.contains("floating")) place(box, button);
  button.setAttribute("aria-expanded", "true");
  opened = { box, button };
  if (items.length) focusItem(box.firstElementChild);
}

function walk(event) {
  const items = [...opened.box.children];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (to !== undefined) focusItem(items.at(to % items.length));
  else if (event.key === "Escape" || event.key === "Tab") closeMenu({ refocus: true });
  else return;
  event.preventDefault();
  event.stopPropagation();
}

export function wireMenus() {
  document.addEventListener("keydown", (event) => opened?.box.contains(event.target) && walk(event), true);
  document.addEventListener("click", (event) => {
    if (opened && !opened.box.contains(event.target) && !opened.button.contains(event.target)) closeMenu();
  });
  addEventListener("resize", () => opened?.box.classList.contains("floating") && closeMenu());
}
