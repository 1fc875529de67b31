// The clock of the demo, and the buttons that move it.

import { $ } from "./dom.js";
import { post } from "./server.js";
import { person, state, zone } from "./state.js";
import { list, moment } from "./words.js";

const clock = { now: null, heard: 0 };
const buttons = () => [...document.querySelectorAll("[data-clock]")];

export function drawClock() {
  if (!clock.now) return;
  const shown = moment(new Date(clock.now.getTime() + Date.now() - clock.heard), zone());
  if ($("now").textContent !== shown) $("now").textContent = shown;
}

export function hearClock({ now }) {
  Object.assign(clock, { now: new Date(now), heard: Date.now() });
  drawClock();
}

// Whose tip it was, by name; those whom the page does not know are left out.
function whose({ reached, now }) {
  const names = reached.map((id) => person(id)?.first_name).filter(Boolean);
  const at = moment(new Date(now), zone());
  if (names.length === 0) return "Nobody is subscribed, so there's no next tip.";
  if (names.length === 1) return `${names[0]}'s tip came: ${at}.`;
  return `Tips came for ${list(names)}: ${at}.`;
}

async function move(button) {
  const toTip = button.dataset.clock === "tip";
  $("clock-note").textContent = "";
  for (const one of buttons()) one.disabled = true;
  try {
    const moved = await post("clock", toTip ? { to_next_tip: true } : { seconds: Number(button.dataset.clock) });
    if (toTip) $("clock-note").textContent = whose(moved);
  } catch (error) {
    $("clock-note").textContent = error.message;
  } finally {
    for (const one of buttons()) one.disabled = false;
    button.focus();
  }
}

export function wireClock() {
  for (const button of buttons()) button.addEventListener("click", () => move(button));
  setInterval(drawClock, 1000);
}
