// The line where one writes: text, replies, edits, attachments, commands, and the reply keyboard.

import { toEnd } from "./chat.js";
import { ask, choose } from "./dialogs.js";
import { $, keyRows, make, patch } from "./dom.js";
import { closeResults, firstResult, inlineQuery, showResults } from "./inline.js";
import { openMenu } from "./menu.js";
import { get, post, upload } from "./server.js";
import { state } from "./state.js";
import { attempt } from "./toast.js";
import { clip, gist } from "./words.js";

const PLACES = [
  ["Berlin", 52.52, 13.405], ["London", 51.507, -0.128], ["New York", 40.713, -74.006],
  ["São Paulo", -23.55, -46.633], ["Tokyo", 35.676, 139.65], ["The middle of the Pacific", 0, -140],
];
const writing = { replyTo: null, edit: null };

function shown(words) {
  $("replying").hidden = !words;
  $("replying").firstElementChild.textContent = words;
}

export function forget() {
  Object.assign(writing, { replyTo: null, edit: null });
  shown("");
}

function replyTo(message) {
  Object.assign(writing, { replyTo: message, edit: null });
  shown(`Reply to: ${clip(gist(message), 80)}`);
  $("text").focus();
}

function edit(message) {
  Object.assign(writing, { replyTo: null, edit: message });
  shown(`Edit: ${clip(gist(message), 80)}`);
  $("text").value = message.text;
  $("text").focus();
}

function inline(query) {
  $("text").value = `@${state.bot.username} ${query}`;
  $("text").focus();
  showResults($("text").value);
}

export const composer = { replyTo, edit, inline };

// Where it goes, and what it replies to.
function circumstances() {
  const reply = writing.replyTo ? { reply_to: writing.replyTo.message_id } : {};
  return { user: state.chosen, topic: state.topic, ...reply };
}

async function send(path, body) {
  const answer = await post(path, { ...circumstances(), ...body });
  forget();
  toEnd();
  return answer;
}

export const say = (text) => send("say", { text });

async function submit() {
  const text = $("text").value.trim();
  if (!text) return;
  if (inlineQuery(text) !== null) return firstResult();
  const changed = writing.edit ? { edit: writing.edit.message_id } : {};
  $("text").value = "";
  try {
    await send("say", { text, ...changed });
  } catch (error) {
    $("text").value ||= text; // What did not get through is not lost.
    throw error;
  }
}

async function sendFiles(chosen, media) {
  const files = [];
  for (const file of chosen) files.push(await upload(file));
  const caption = $("text").value.trim();
  if (media === "photo" && files.length > 1) await send("album", { files, caption });
  else for (const [at, file] of files.entries()) await send("say", { media, file, caption: at ? "" : caption });
  $("text").value = "";
}

function pick(media) {
  const input = $("pick");
  input.accept = media === "photo" ? "image/*" : "";
  input.onchange = attempt(async () => {
    await sendFiles([...input.files], media);
    input.value = "";
  });
  input.click();
}

async function askPlace() {
  const named = PLACES.map(([name, ...point]) => [name, point.join(" ")]);
  const point = await choose("Share a location", named);
  return point && point.split(" ").map(Number);
}

const shareLocation = attempt(async () => {
  const point = await askPlace();
  if (point) await post("location", { user: state.chosen, latitude: point[0], longitude: point[1] });
});

const sendLines = attempt(async (media, title, first, lines) => {
  const fields = [{ name: "first", ...first }, { name: "lines", lines: 4, ...lines }];
  const said = await ask(title, fields, "Send");
  if (said) await send("say", { media, text: `${said.first}\n${said.lines}` });
});

const sendPoll = () => sendLines("poll", "New poll",
  { label: "Question", value: "Which cream do you use?" },
  { label: "Answers, one a line", value: "The thick one\nThe light one\nNone today" });

const sendChecklist = () => sendLines("checklist", "New checklist",
  { label: "Title", value: "Before bed" }, { label: "Tasks, one a line", value: "Lukewarm shower\nCream\nCotton gloves" });

const beginTopic = attempt(async () => {
  const said = await ask("New topic", [{ name: "name", label: "Name" }], "Begin");
  if (said) state.topic = (await post("topics", { user: state.chosen, ...said })).topic;
});

const ATTACHMENTS = [
  { label: "Photos", act: () => pick("photo") },
  { label: "Files", act: () => pick("document") },
  { label: "Voice message", act: attempt(() => send("say", { media: "voice" })) },
  { label: "Location", act: shareLocation },
  { label: "Poll", act: sendPoll },
  { label: "Checklist", act: sendChecklist },
  { label: "New topic", act: beginTopic },
];

async function openCommands() {
  const commands = await get(`commands?user=${state.chosen}`);
  const items = commands.map(({ command, description }) => ({
    label: `/${command}`, detail: description, refocus: false,
    act: attempt(async () => { $("text").focus(); await say(`/${command}`); }),
  }));
  openMenu($("menu"), $("commands"), items, "Commands");
}

const press = attempt(async (key) => {
  const point = key.request_location ? await askPlace() : [];
  if (!point) return;
  const [latitude, longitude] = point;
  await post("tap", { user: state.chosen, label: key.label, latitude, longitude });
  toEnd();
});

export function drawReplyKeyboard() {
  const keyboard = state.chat.reply_keyboard;
  const rows = keyboard?.rows ?? [];
  $("reply-keyboard").hidden = rows.length === 0;
  $("text").placeholder = keyboard?.placeholder || "Message";
  const draw = () => keyRows(rows, (key) => make("button", { type: "button", onclick: () => press(key) }, key.label));
  patch($("reply-keyboard"), [{ key: "keys", look: JSON.stringify(rows), draw }]);
}

function keys(event) {
  if (event.key === "ArrowDown" && !$("results").hidden) {
    $("results").querySelector("button")?.focus();
    event.preventDefault();
  }
  if (event.key === "Escape") closeResults();
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("composer").requestSubmit();
}

export function wireComposer() {
  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(submit)();
  });
  $("text").addEventListener("keydown", keys);
  $("text").addEventListener("input", () => showResults($("text").value));
  $("menu").addEventListener("click", attempt(openCommands));
  $("attach").addEventListener("click", () => openMenu($("attach"), $("popup"), ATTACHMENTS, "Attach"));
  $("replying").lastElementChild.addEventListener("click", () => {
    if (writing.edit) $("text").value = "";
    forget();
    $("text").focus();
  });
}
