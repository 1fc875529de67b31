// The chat page: what people see and do. It uses the control API and nothing else.

import { bubble, call, day, dayMark, hour, keyRows, make, patch, personRow, zoned } from "./draw.js";

const $ = (id) => document.getElementById(id);
const PLACES = [
  ["Berlin", 52.52, 13.405], ["London", 51.507, -0.128], ["New York", 40.713, -74.006],
  ["São Paulo", -23.55, -46.633], ["Tokyo", 35.676, 139.65], ["The middle of the Pacific", 0, -140],
];
const SHOWN_CALLS = 200;
const state = {
  people: [], chosen: null, messages: [], unread: new Map(), replyTo: null, transcript: 0, atEnd: true,
};

async function api(path, body, method = body ? "POST" : "GET") {
  const response = await fetch(`/control/${path}`, {
    method, headers: body ? { "Content-Type": "application/json" } : {}, body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? "That did not work.");
  return answer;
}

const person = () => state.people.find((one) => one.id === state.chosen);
const zone = () => person()?.zone || "UTC";

function toast(text) {
  if (!text) return;
  $("toast").hidden = false;
  $("toast").textContent = text;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { $("toast").hidden = true; }, 4000);
}

const attempt = (act) => (...given) => act(...given).catch((error) => toast(error.message));

function drawPeople() {
  const rows = state.people.map((one) => {
    const look = { chosen: one.id === state.chosen, unread: state.unread.get(one.id) ?? 0 };
    return {
      key: String(one.id), look: JSON.stringify(look),
      draw: () => personRow(one, { ...look, choose: attempt(() => choose(one.id)) }),
    };
  });
  patch($("people"), rows);
}

function toEnd() {
  state.atEnd = true;
  $("messages").scrollTop = $("messages").scrollHeight;
}

function messageRow(message) {
  const quoted = state.messages.find((one) => one.message_id === message.reply_to);
  const tap = attempt((data) => api("tap", { user: state.chosen, message_id: message.message_id, data }));
  return {
    key: `${state.chosen}-${message.message_id}`, look: JSON.stringify(message),
    draw: () => bubble(message, { zone: zone(), quoted, tap, reply: () => replyTo(message) }),
  };
}

function drawMessages() {
  const log = $("messages");
  const another = drawMessages.chat !== state.chosen;
  const rows = [];
  let lastDay = "";
  for (const message of state.messages.filter((one) => !one.deleted)) {
    const today = day(new Date(message.date * 1000), zone());
    if (today !== lastDay) rows.push({ key: `${state.chosen}-${today}`, look: "", draw: () => dayMark(today) });
    lastDay = today;
    rows.push(messageRow(message));
  }
  if (!rows.length) rows.push({ key: `${state.chosen}-none`, look: "", draw: nothingYet });
  // Nobody wants a whole other conversation read aloud.
  log.setAttribute("aria-live", another ? "off" : "polite");
  patch(log, rows);
  if (another || state.atEnd) toEnd();
  drawMessages.chat = state.chosen;
}

const nothingYet = () => make("div", { class: "none" }, "Nothing yet. ",
  make("a", { class: "command", href: "#" }, "/start"), " begins the conversation.");

function drawReplyKeyboard(keyboard) {
  const box = $("reply-keyboard");
  const rows = keyboard?.rows ?? [];
  box.hidden = rows.length === 0;
  $("text").placeholder = keyboard?.placeholder || "Message";
  const draw = () => keyRows(rows, (key) => make("button", {
    type: "button", onclick: () => (key.request_location ? askPlace() : attempt(say)(key.label)),
  }, key.label));
  patch(box, [{ key: "keys", look: JSON.stringify(rows), draw }]);
}

function drawChat(chat) {
  $("chat-note").textContent = chat.blocked ? "You blocked the bot." : `You are ${person().first_name}.`;
  $("block").textContent = chat.blocked ? "Unblock the bot" : "Block the bot";
  $("block").dataset.blocked = chat.blocked ? "yes" : "";
  drawReplyKeyboard(chat.reply_keyboard);
}

async function refresh() {
  const chosen = state.chosen;
  const [messages, chat] = await Promise.all([api(`chats/${chosen}/messages`), api(`chats/${chosen}`)]);
  if (chosen !== state.chosen) return;
  state.messages = messages;
  drawChat(chat);
  drawMessages();
}

// Many events come at once; one drawing for all of them is enough.
function refreshSoon() {
  clearTimeout(refreshSoon.timer);
  refreshSoon.timer = setTimeout(attempt(refresh), 30);
}

async function choose(id) {
  state.chosen = id;
  state.unread.delete(id);
  replyTo(null);
  closeCommands();
  drawPeople();
  drawClock();
  await refresh();
}

async function say(text) {
  const reply = state.replyTo ? { reply_to: state.replyTo.message_id } : {};
  await api("say", { user: state.chosen, text, ...reply });
  replyTo(null);
  toEnd();
}

function replyTo(message) {
  state.replyTo = message;
  $("replying").hidden = !message;
  if (!message) return;
  $("replying").firstElementChild.textContent = `Reply to: ${(message.text || message.kind).slice(0, 80)}`;
  $("text").focus();
}

function askPlace() {
  $("place-list").replaceChildren(...PLACES.map(([name, latitude, longitude]) => make("button", {
    type: "button",
    onclick: attempt(async () => {
      $("places").close();
      await api("location", { user: state.chosen, latitude, longitude });
    }),
  }, name)));
  $("places").showModal();
}

function closeCommands() {
  $("commands").hidden = true;
  $("menu").setAttribute("aria-expanded", "false");
}

async function toggleCommands() {
  if (!$("commands").hidden) return closeCommands();
  const commands = await api(`commands?user=${state.chosen}`);
  $("commands").replaceChildren(...commands.map((one) => make("button", {
    type: "button", role: "menuitem", tabindex: "-1",
    onclick: attempt(async () => { closeCommands(); $("text").focus(); await say(`/${one.command}`); }),
  }, make("b", {}, `/${one.command}`), one.description)));
  $("commands").hidden = false;
  $("menu").setAttribute("aria-expanded", "true");
  $("commands").firstElementChild?.focus();
}

// Keys of a menu as the ARIA Authoring Practices have them.
function walkCommands(event) {
  const items = [...$("commands").children];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (to !== undefined) items.at(to % items.length).focus();
  else if (event.key === "Escape" || event.key === "Tab") { closeCommands(); $("menu").focus(); }
  else return;
  event.preventDefault();
}

function drawClock() {
  if (!state.now) return;
  const now = new Date(state.now.getTime() + Date.now() - state.heard);
  const date = zoned(now, zone(), { weekday: "short", day: "numeric", month: "short" });
  const shown = `${date}, ${hour(now, zone())}`;
  if ($("now").textContent !== shown) $("now").textContent = shown;
}

async function moveClock(button) {
  const wanted = button.dataset.clock;
  const buttons = document.querySelectorAll("[data-clock]");
  $("clock-note").textContent = "";
  for (const one of buttons) one.disabled = true;
  try {
    await api("clock", wanted === "tip" ? { to_next_tip: true } : { seconds: Number(wanted) });
  } catch (error) {
    $("clock-note").textContent = error.message;
  } finally {
    for (const one of buttons) one.disabled = false;
    button.focus();
  }
  refreshSoon();
}

function hearClock({ now }) {
  state.now = new Date(now);
  state.heard = Date.now();
  drawClock();
}

function hearTranscript(event) {
  state.transcript = event.seq;
  if (event.chat === state.chosen) {
    if (event.kind === "answered") toast(event.text);
    refreshSoon();
  } else if (event.who === "bot" && event.kind === "message") {
    state.unread.set(event.chat, (state.unread.get(event.chat) ?? 0) + 1);
    drawPeople();
  }
}

function hearCall(record) {
  if (record.method === "getUpdates") return;
  $("calls").prepend(call(record));
  while ($("calls").children.length > SHOWN_CALLS) $("calls").lastElementChild.remove();
}

function listen() {
  const events = new EventSource(`/control/events?after=${state.transcript}`);
  const on = (name, hear) => events.addEventListener(name, (event) => hear(JSON.parse(event.data)));
  on("clock", hearClock);
  on("transcript", hearTranscript);
  on("call", hearCall);
}

function showCalls(open) {
  $("log").classList.toggle("open", open);
  $("show-calls").setAttribute("aria-expanded", String(open));
}

function wireComposer() {
  $("composer").addEventListener("submit", attempt(async (event) => {
    event.preventDefault();
    const text = $("text").value.trim();
    if (!text) return;
    $("text").value = "";
    await say(text);
  }));
  $("text").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    $("composer").requestSubmit();
  });
  $("menu").addEventListener("click", attempt(toggleCommands));
  $("commands").addEventListener("keydown", walkCommands);
  $("place").addEventListener("click", askPlace);
  $("replying").lastElementChild.addEventListener("click", () => replyTo(null));
}

// Who reads the end goes on reading the end, also when a keyboard opens or the phone is turned.
function wireMessages() {
  const log = $("messages");
  log.addEventListener("scroll", () => { state.atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80; });
  new ResizeObserver(() => { if (state.atEnd) toEnd(); }).observe(log);
  log.addEventListener("click", attempt(async (event) => {
    const command = event.target.closest("a.command");
    if (!command) return;
    event.preventDefault();
    await say(command.textContent);
  }));
}

function wireRest() {
  $("block").addEventListener("click", attempt(async () => {
    await api($("block").dataset.blocked ? "unblock" : "block", { user: state.chosen });
    await refresh();
  }));
  for (const button of document.querySelectorAll("[data-clock]")) {
    button.addEventListener("click", () => moveClock(button));
  }
  $("show-calls").addEventListener("click", (event) => {
    event.stopPropagation();
    showCalls(!$("log").classList.contains("open"));
  });
  document.addEventListener("click", (event) => event.target.closest("#log") || showCalls(false));
  document.addEventListener("keydown", (event) => event.key === "Escape" && showCalls(false));
}

wireComposer();
wireMessages();
wireRest();
setInterval(drawClock, 1000);
state.people = await api("users");
hearClock(await api("clock"));
(await api("calls")).forEach(hearCall);
listen();
if (state.people.length) await choose(state.people[0].id);
$("text").focus();
document.body.dataset.ready = "yes";
