// The panels beside the chat: people and clock, and the calls. On a phone they lie over it.

import { $ } from "./dom.js";

const PANELS = [["side", "show-side"], ["log", "show-calls"]];

export function showPanel(id, open) {
  const [, opener] = PANELS.find(([panel]) => panel === id);
  document.body.classList.toggle(`with-${id}`, open);
  $(opener).setAttribute("aria-expanded", String(open));
}

const isOpen = (id) => document.body.classList.contains(`with-${id}`);
const floats = (id) => getComputedStyle($(id)).position === "fixed";

function close(id) {
  const [, opener] = PANELS.find(([panel]) => panel === id);
  const inside = $(id).contains(document.activeElement);
  showPanel(id, false);
  if (inside) $(opener).focus();
}

export function wirePanels() {
  for (const [id, opener] of PANELS) {
    $(opener).addEventListener("click", () => {
      showPanel(id, !isOpen(id));
      if (isOpen(id)) $(id).querySelector(".close").focus();
    });
    $(id).querySelector(".close").addEventListener("click", () => close(id));
  }
  document.addEventListener("click", (event) => {
    for (const [id, opener] of PANELS) {
      if (floats(id) && isOpen(id) && !event.target.closest(`#${id}, #${opener}`)) showPanel(id, false);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const [id] of PANELS) if (isOpen(id)) close(id);
  });
}
