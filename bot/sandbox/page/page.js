// The chat page: what people see and do. It uses the control API and nothing else.

import { hearCall } from "./calls.js";
import { drawHead, drawMessages, drawTopics, wireMessages } from "./chat.js";
import { drawClock, hearClock, wireClock } from "./clock.js";
import { composer, drawReplyKeyboard, forget, say, wireComposer } from "./composer.js";
import { tell } from "./dialogs.js";
import { $, face, make, patch, unseen } from "./dom.js";
import { closeResults, hearResults, wireResults } from "./inline.js";
import { closeMenu, openMenu, wireMenus } from "./menu.js";
import { showPanel, wirePanels } from "./panels.js";
import { get, listen, post } from "./server.js";
import { state } from "./state.js";
import { attempt, hideToast, toast } from "./toast.js";

function personRow(one, chosen, unread) {
  const name = [one.first_name, one.last_name].filter(Boolean).join(" ");
  const mark = unread ? make("span", { class: "unread" }, String(unread), unseen(" unread")) : null;
  const who = make("span", { class: "who" }, name, make("small", {}, (one.zone || "UTC").replaceAll("_", " ")));
  return make("li", {}, make("button", {
    type: "button", "data-person": one.id, "aria-current": chosen && "true", onclick: () => be(one.id),
  }, face(one.first_name, one.id), who, mark));
}

function drawPeople() {
  patch($("people"), state.people.map((one) => {
    const chosen = one.id === state.chosen;
    const unread = state.unread.get(one.id) ?? 0;
    return { key: String(one.id), look: `${chosen} ${unread}`, draw: () => personRow(one, chosen, unread) };
  }));
  const total = [...state.unread.values()].reduce((sum, count) => sum + count, 0);
  $("elsewhere").hidden = total === 0;
  $("elsewhere").textContent = String(total);
}

async function refresh() {
  const { chosen } = state;
  const [messages, chat, bot] = await Promise.all([
    get(`chats/${chosen}/messages`), get(`chats/${chosen}`), get(`bot?user=${chosen}`),
  ]);
  if (chosen !== state.chosen) return;
  Object.assign(state, { messages, chat, bot });
  drawHead();
  drawTopics((topic) => { state.topic = topic; refreshSoon(); });
  drawReplyKeyboard();
  drawMessages(composer);
}

// Many events come at once; one drawing for all of them is enough.
function refreshSoon() {
  clearTimeout(refreshSoon.timer);
  refreshSoon.timer = setTimeout(attempt(refresh), 30);
}

const be = attempt(async (id) => {
  Object.assign(state, { chosen: id, topic: 0 });
  state.unread.delete(id);
  forget();
  closeMenu();
  hideToast();
  if (state.bot) closeResults();
  showPanel("side", false);
  drawPeople();
  drawClock();
  await refresh();
});

function hearTranscript(event) {
  if (event.chat === state.chosen) {
    if (event.kind === "answered" && event.text) (event.alert ? tell : toast)(event.text);
    if (event.kind === "inline_answered") hearResults(event);
    refreshSoon();
  } else if (event.who === "bot" && event.kind === "message") {
    state.unread.set(event.chat, (state.unread.get(event.chat) ?? 0) + 1);
    drawPeople();
  }
}

let connected = true;
function hearConnection(words) {
  if (words && connected) toast(words, { lasting: true }); // once, however often it is tried again
  else if (!words && !connected) { hideToast(); refreshSoon(); }
  connected = !words;
}

const setBlocked = attempt(async (blocked) => {
  await post(blocked ? "block" : "unblock", { user: state.chosen });
  await refresh();
});

function openMore() {
  const { blocked } = state.chat;
  const label = blocked ? "Unblock the bot" : "Block the bot";
  openMenu($("more"), $("popup"), [{ label, act: () => setBlocked(!blocked) }], "More");
}

function wire() {
  wireMenus();
  wirePanels();
  wireComposer();
  wireResults();
  wireMessages(say);
  wireClock();
  $("more").addEventListener("click", openMore);
  $("start").addEventListener("click", attempt(async () => {
    $("text").focus();
    if (state.chat.blocked) await setBlocked(false);
    else await say("/start");
  }));
}

async function begin() {
  state.people = await get("users");
  hearClock(await get("clock"));
  (await get("calls")).forEach(hearCall);
  if (state.people.length) await be(state.people[0].id);
  $("text").focus();
  document.body.dataset.ready = "yes";
}

wire();
const opened = new Promise((open) => {
  const hear = { clock: hearClock, call: hearCall, lost: hearConnection };
  listen({ ...hear, transcript: hearTranscript, open: () => { hearConnection(""); open(); } });
});
await opened; // What happens from here on is heard, so nothing is missed and nothing old is.
await begin();
