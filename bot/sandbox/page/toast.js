// Short notices. They stand in a line of their own, so they never lie over anything; what is read
// below stays where it is while they come and go.

import { $, make } from "./dom.js";

const SHORTEST_MS = 3500;
const MS_A_LETTER = 55;

function keepingPlace(change) {
  const log = $("messages");
  const before = log.getBoundingClientRect().top;
  change();
  log.scrollTop += log.getBoundingClientRect().top - before;
}

export function hideToast() {
  clearTimeout(hideToast.timer);
  keepingPlace(() => $("toast").replaceChildren());
}

export function toast(words, { lasting = false } = {}) {
  if (!words) return;
  keepingPlace(() => $("toast").replaceChildren(make("p", {}, words)));
  clearTimeout(hideToast.timer);
  if (!lasting) hideToast.timer = setTimeout(hideToast, Math.max(SHORTEST_MS, words.length * MS_A_LETTER));
}

// A function that says what went wrong instead of failing silently.
export const attempt = (act) => async (...given) => {
  try {
    return await act(...given);
  } catch (error) {
    toast(error.message);
    return undefined;
  }
};
