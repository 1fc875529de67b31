// The chat page: what people see and do. It uses the control API and nothing else.

const $ = (id) => document.getElementById(id);
const PLACES = [
  ["Berlin", 52.52, 13.405], ["London", 51.507, -0.128], ["New York", 40.713, -74.006],
  ["São Paulo", -23.55, -46.633], ["Tokyo", 35.676, 139.65], ["The middle of the Pacific", 0, -140],
];
const state = { people: [], chosen: null, messages: [], unread: new Map(), replyTo: null, transcript: 0 };

async function api(path, body, method = body ? "POST" : "GET") {
  const response = await fetch(`/control/${path}`, {
    method, headers: body ? { "Content-Type": "application/json" } : {}, body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? "That did not work.");
  return answer;
}

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

const person = () => state.people.find((one) => one.id === state.chosen);
const zoned = (date, options) =>
  new Intl.DateTimeFormat("en-GB", { timeZone: person()?.zone || "UTC", ...options }).format(date);
const hour = (date) => zoned(date, { hour: "2-digit", minute: "2-digit" });
const day = (date) => zoned(date, { weekday: "long", day: "numeric", month: "long", year: "numeric" });

function toast(text) {
  if (!text) return;
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { $("toast").hidden = true; }, 3500);
}

const attempt = (act) => async (...given) => {
  try { await act(...given); } catch (error) { toast(error.message); }
};

function drawPeople() {
  $("people").replaceChildren(...state.people.map((one) => {
    const count = state.unread.get(one.id) ?? 0;
    const mark = count ? [make("span", { class: "unread", "aria-label": `${count} unread` }, String(count))] : [];
    const name = [one.first_name, one.last_name].filter(Boolean).join(" ");
    return make("li", {}, make("button", {
      type: "button", "data-person": one.id, "aria-current": one.id === state.chosen && "true",
      onclick: attempt(() => choose(one.id)),
    }, name, make("small", {}, one.zone || one.language_code || ""), ...mark));
  }));
}

function keyRows(rows, draw) {
  return make("div", { class: "keys" }, ...rows.map((row) => make("div", { class: "row" }, ...row.map(draw))));
}

function inlineKey(message, key) {
  if (key.url) return make("a", { href: key.url, target: "_blank", rel: "noopener noreferrer" }, key.label);
  return make("button", {
    type: "button",
    onclick: attempt(() => api("tap", { user: state.chosen, message_id: message.message_id, data: key.data })),
  }, key.label);
}

function bubble(message) {
  const text = make("span");
  text.innerHTML = message.html; // The sandbox escaped it; only Telegram's own tags are in there.
  const date = new Date(message.date * 1000);
  const quoted = message.reply_to && state.messages.find((one) => one.message_id === message.reply_to);
  const parts = [];
  if (quoted) parts.push(make("span", { class: "quote" }, quoted.text || quoted.kind));
  if (message.photo) parts.push(make("span", { class: "attachment" }, "Photo"));
  if (message.location) {
    parts.push(make("span", { class: "attachment" }, `Location ${message.location.latitude}, ${message.location.longitude}`));
  }
  const reply = make("button", { type: "button", onclick: () => replyTo(message) }, "Reply");
  const notes = [message.edited && "edited", hour(date)].filter(Boolean).join(" · ");
  const box = make("div", { class: "bubble" }, ...parts, text, make("span", { class: "meta" }, reply, notes));
  const keys = message.keyboard?.length ? [keyRows(message.keyboard, (key) => inlineKey(message, key))] : [];
  const mine = !message.from_bot;
  return make("article", {
    class: mine ? "message mine" : "message", "data-id": message.message_id, "aria-label": mine ? "You" : message.from,
  }, box, ...keys);
}

function drawMessages() {
  const log = $("messages");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const nodes = [];
  let lastDay = "";
  for (const message of state.messages.filter((one) => !one.deleted)) {
    const today = day(new Date(message.date * 1000));
    if (today !== lastDay) nodes.push(make("div", { class: "day" }, today));
    lastDay = today;
    nodes.push(bubble(message));
  }
  log.replaceChildren(...nodes);
  if (atEnd || drawMessages.chat !== state.chosen) log.scrollTop = log.scrollHeight;
  drawMessages.chat = state.chosen;
}

function drawReplyKeyboard(keyboard) {
  const box = $("reply-keyboard");
  const rows = keyboard?.rows ?? [];
  box.hidden = rows.length === 0;
  $("text").placeholder = keyboard?.placeholder || "Message";
  box.replaceChildren(keyRows(rows, (key) => make("button", {
    type: "button", onclick: () => (key.request_location ? askPlace() : attempt(say)(key.label)),
  }, key.label)));
}

function drawChat(chat) {
  const blocked = chat.blocked;
  $("chat-note").textContent = blocked ? "You blocked the bot." : `as ${person().first_name}, ${person().zone || "UTC"}`;
  $("block").textContent = blocked ? "Unblock the bot" : "Block the bot";
  $("block").dataset.blocked = blocked ? "yes" : "";
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
  $("commands").hidden = true;
  drawPeople();
  drawClock();
  await refresh();
  $("text").focus();
}

async function say(text) {
  const reply = state.replyTo ? { reply_to: state.replyTo.message_id } : {};
  await api("say", { user: state.chosen, text, ...reply });
  replyTo(null);
}

function replyTo(message) {
  state.replyTo = message;
  $("replying").hidden = !message;
  if (message) $("replying").firstElementChild.textContent = `Reply to: ${(message.text || message.kind).slice(0, 80)}`;
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

async function toggleCommands() {
  const menu = $("commands");
  menu.hidden = !menu.hidden;
  $("menu").setAttribute("aria-expanded", String(!menu.hidden));
  if (menu.hidden) return;
  const commands = await api(`commands?user=${state.chosen}`);
  menu.replaceChildren(...commands.map((one) => make("button", {
    type: "button", role: "menuitem",
    onclick: attempt(async () => { menu.hidden = true; await say(`/${one.command}`); }),
  }, make("b", {}, `/${one.command}`), one.description)));
}

function drawClock() {
  if (!state.now) return;
  const passed = Date.now() - state.heard;
  const now = new Date(state.now.getTime() + passed);
  $("now").textContent = `${zoned(now, { weekday: "short", day: "numeric", month: "short" })}, ${hour(now)}`;
}

async function moveClock(button) {
  const wanted = button.dataset.clock;
  $("clock-note").textContent = "";
  for (const one of document.querySelectorAll("[data-clock]")) one.disabled = true;
  try {
    await api("clock", wanted === "tip" ? { to_next_tip: true } : { seconds: Number(wanted) });
  } catch (error) {
    $("clock-note").textContent = error.message;
  } finally {
    for (const one of document.querySelectorAll("[data-clock]")) one.disabled = false;
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

function hearCall(call) {
  if (call.method === "getUpdates") return;
  const bad = call.status !== 200;
  const item = make("li", { class: bad && "bad" }, make("b", {}, call.method), ` ${call.status}`,
    make("small", {}, bad ? call.error : String(call.parameters.chat_id ?? "")));
  $("calls").prepend(item);
  while ($("calls").children.length > 200) $("calls").lastElementChild.remove();
}

function listen() {
  const events = new EventSource(`/control/events?after=${state.transcript}`);
  const on = (name, hear) => events.addEventListener(name, (event) => hear(JSON.parse(event.data)));
  on("clock", hearClock);
  on("transcript", hearTranscript);
  on("call", hearCall);
}

function wire() {
  $("composer").addEventListener("submit", attempt(async (event) => {
    event.preventDefault();
    const text = $("text").value.trim();
    if (!text) return;
    $("text").value = "";
    await say(text);
  }));
  $("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      $("composer").requestSubmit();
    }
  });
  $("menu").addEventListener("click", attempt(toggleCommands));
  $("place").addEventListener("click", askPlace);
  $("replying").lastElementChild.addEventListener("click", () => replyTo(null));
  $("block").addEventListener("click", attempt(async () => {
    await api($("block").dataset.blocked ? "unblock" : "block", { user: state.chosen });
    await refresh();
  }));
  for (const button of document.querySelectorAll("[data-clock]")) {
    button.addEventListener("click", attempt(() => moveClock(button)));
  }
  $("messages").addEventListener("click", attempt(async (event) => {
    const command = event.target.closest("a.command");
    if (!command) return;
    event.preventDefault();
    await say(command.textContent);
  }));
}

wire();
setInterval(drawClock, 1000);
state.people = await api("users");
hearClock(await api("clock"));
listen();
if (state.people.length) await choose(state.people[0].id);
document.body.dataset.ready = "yes";
