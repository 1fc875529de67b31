// The conversation: what is in it, and what its buttons do.

import { album, bubble, dayMark, service } from "./bubble.js";
import { $, make, patch } from "./dom.js";
import { openMenu } from "./menu.js";
import { measureQuotes } from "./quotes.js";
import { post } from "./server.js";
import { here, person, state, zone } from "./state.js";
import { attempt, toast } from "./toast.js";
import { day } from "./words.js";

const NEAR_THE_END_PX = 80;

export function toEnd() {
  state.atEnd = true;
  $("messages").scrollTop = $("messages").scrollHeight;
}

async function copy(words) {
  try {
    await navigator.clipboard.writeText(words);
    toast("Copied.");
  } catch {
    toast(`Your browser doesn't allow copying. Here it is: ${words}`, { lasting: true });
  }
}

function options(message, composer) {
  const entries = [{ label: "Reply", refocus: false, act: () => composer.replyTo(message) }];
  if (message.text) entries.push({ label: "Copy text", act: () => copy(message.text) });
  if (!message.from_bot && message.kind === "text" && !message.via) {
    entries.push({ label: "Edit", refocus: false, act: () => composer.edit(message) });
  }
  return entries;
}

function actsOf(message, composer) {
  const place = { user: state.chosen, message_id: message.message_id };
  return {
    zone: zone(),
    quoted: state.messages.find((one) => one.message_id === message.reply_to && one.kind !== "forum_topic_created"),
    topic: state.topic ? "" : state.chat.topics.find((one) => one.id === message.topic)?.name,
    votes: message.votes,
    tap: attempt((data) => post("tap", { ...place, data })),
    vote: attempt((chosen) => post("vote", { ...place, options: chosen })),
    copy,
    inline: composer.inline,
    unknown: (kind) => toast(`This page doesn't open such a button (${kind.replaceAll("_", " ")}).`),
    menu: (button) => openMenu(button, $("popup"), options(message, composer), "What to do with the message"),
  };
}

// Messages of one album stand together; the others alone.
function groups(messages) {
  const found = [];
  for (const message of messages) {
    const last = found.at(-1);
    if (message.album && last?.[0].album === message.album) last.push(message);
    else found.push([message]);
  }
  return found;
}

function row(group, composer) {
  const [first] = group;
  const key = `${state.chosen}-${first.message_id}`;
  const acts = actsOf(first, composer);
  const draw = () => {
    if (first.kind === "forum_topic_created") return service(`Topic “${first.media.forum_topic_created.name}”`);
    return group.length > 1 ? album(group, key, acts) : bubble(first, key, acts);
  };
  return { key, look: JSON.stringify([group, acts.topic]), draw };
}

function empty() {
  const { name, description, short_description: short } = state.bot;
  return make("div", { class: "none" }, make("img", { src: "bot.svg", alt: "", width: 96, height: 96 }),
    make("b", {}, name), make("p", {}, description || short || "Nothing has been said yet."));
}

function rows(composer) {
  const shown = state.messages.filter((one) => !one.deleted && (!state.topic || one.topic === state.topic));
  const found = [];
  let lastDay = "";
  for (const group of groups(shown)) {
    const today = day(new Date(group[0].date * 1000), zone());
    if (today !== lastDay) found.push({ key: `${state.chosen}-${today}`, look: "", draw: () => dayMark(today) });
    lastDay = today;
    found.push(row(group, composer));
  }
  if (!found.length) found.push({ key: `${state.chosen}-none`, look: JSON.stringify(state.bot), draw: empty });
  return found;
}

export function drawMessages(composer) {
  const log = $("messages");
  const another = drawMessages.where !== here();
  // Nobody wants a whole other conversation read aloud.
  log.setAttribute("aria-live", another ? "off" : "polite");
  patch(log, rows(composer));
  measureQuotes(log);
  if (another || state.atEnd) toEnd();
  drawMessages.where = here();
}

export function drawHead() {
  const { blocked } = state.chat;
  $("bot-name").textContent = state.bot.name;
  $("chat-note").textContent = blocked ? "You blocked the bot." : `You are ${person().first_name}.`;
  const begin = !blocked && !state.messages.some((one) => !one.deleted);
  $("start").hidden = !begin && !blocked;
  $("start").textContent = blocked ? "Unblock the bot" : "Start";
}

// `choose` is told the topic's number, 0 for all of them.
export function drawTopics(choose) {
  const { topics } = state.chat;
  $("topics").hidden = topics.length === 0;
  patch($("topics"), [{ id: 0, name: "All" }, ...topics].map(({ id, name }) => {
    const pressed = String(id === state.topic);
    const draw = () => make("button", { type: "button", "aria-pressed": pressed, onclick: () => choose(id) }, name);
    return { key: `${state.chosen}-topic-${id}`, look: `${name} ${pressed}`, draw };
  }));
}

// Who reads the end goes on reading the end, also when a keyboard opens or the phone is turned.
export function wireMessages(say) {
  const log = $("messages");
  log.addEventListener("scroll", () => {
    state.atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_THE_END_PX;
  });
  new ResizeObserver(() => {
    const { atEnd } = state;
    measureQuotes(log);
    if (atEnd) toEnd();
  }).observe(log);
  log.addEventListener("load", () => state.atEnd && toEnd(), true);
  log.addEventListener("click", attempt(async (event) => {
    const command = event.target.closest("a.command");
    if (!command) return;
    event.preventDefault();
    await say(command.dataset.command);
  }));
}
