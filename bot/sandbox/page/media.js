// What a message carries besides words: pictures, files, recordings, places, polls, checklists.

import { icon, make, unseen } from "./dom.js";
import { fileAddress } from "./server.js";
import { kindWords, minutes, size } from "./words.js";

const card = (picture, title, ...details) =>
  make("span", { class: "card" }, make("span", { class: "picture" }, picture),
    make("span", { class: "about" }, make("b", {}, title), ...details.map((words) => make("small", {}, words))));

export function photo(sizes, alt = "Photo") {
  const file = sizes.at(-1);
  const address = fileAddress(file.file_id);
  const picture = make("img", { src: address, alt });
  // A picture at an address is not fetched, and what was sent may be no picture at all.
  picture.addEventListener("error", () => picture.parentElement?.replaceWith(card(icon("file"), alt, "can't be shown here")));
  return make("a", { class: "photo", href: address, target: "_blank", rel: "noopener" }, picture);
}

function file(document) {
  const address = fileAddress(document.file_id);
  const name = document.file_name ?? "File";
  return make("a", { class: "file", href: address, target: "_blank", rel: "noopener" },
    unseen("Open "), card(icon("file"), name, size(document.file_size ?? 0)));
}

// A shape for the ear: the same file always looks the same, as in Telegram.
function shape(name) {
  const bars = Array.from({ length: 28 }, (_, at) => {
    const bar = make("i");
    const height = 20 + ((name.charCodeAt(at % name.length) * (at + 3) * 13) % 80);
    bar.style.height = `${height}%`;
    return bar;
  });
  return make("span", { class: "shape", "aria-hidden": "true" }, ...bars);
}

function recording(sound, words) {
  const player = new Audio(fileAddress(sound.file_id));
  player.preload = "none";
  const name = `${words}, ${minutes(sound.duration)}`;
  const button = make("button", { type: "button", class: "round main" });
  const draw = () => {
    button.setAttribute("aria-label", `${player.paused ? "Play" : "Pause"}: ${name}`);
    button.replaceChildren(icon(player.paused ? "play" : "pause"));
  };
  button.addEventListener("click", () => (player.paused ? player.play() : player.pause()));
  for (const event of ["play", "pause", "ended"]) player.addEventListener(event, draw);
  draw();
  return make("span", { class: "recording" }, button, shape(sound.file_id), make("small", {}, minutes(sound.duration)));
}

function place({ latitude, longitude }) {
  return make("span", { class: "place" }, make("span", { class: "map", "aria-hidden": "true" }, icon("pin")),
    make("span", { class: "where" }, `Location ${latitude}, ${longitude}`));
}

function option(content, chosen, one, at, vote) {
  const mine = chosen.includes(at);
  const total = content.total_voter_count;
  const share = total ? Math.round((one.voter_count / total) * 100) : 0;
  const next = content.allows_multiple_answers
    ? (mine ? chosen.filter((other) => other !== at) : [...chosen, at]) : [at];
  const [result, bar] = chosen.length
    ? [make("small", {}, `${share} %`), make("span", { class: "bar", "aria-hidden": "true" })] : [];
  bar?.style.setProperty("--share", `${share}%`);
  return make("button", { type: "button", class: "option", "aria-pressed": String(mine), onclick: () => vote(next) },
    make("span", { class: "tick" }, mine ? icon("check") : ""), make("span", { class: "words" }, one.text), result, bar);
}

function poll(content, { votes, vote }) {
  const people = content.total_voter_count;
  const count = people === 1 ? "1 vote" : `${people} votes`;
  const kind = `${content.is_anonymous ? "Anonymous poll" : "Poll"}${content.allows_multiple_answers ? ", several answers" : ""}`;
  const back = make("button", { type: "button", class: "plain", onclick: () => vote([]) }, "Take my vote back");
  return make("div", { class: "poll", role: "group", "aria-label": `Poll: ${content.question}` },
    make("b", { class: "question" }, content.question), make("small", {}, kind),
    ...content.options.map((one, at) => option(content, votes, one, at, vote)),
    make("small", { class: "count" }, people ? count : "No votes yet", votes.length ? back : ""));
}

function checklist({ title, tasks }) {
  return make("div", { class: "poll" }, make("b", { class: "question" }, title), make("small", {}, "Checklist"),
    make("ul", {}, ...tasks.map((task) => make("li", {}, task.text))));
}

const KINDS = {
  photo: (sizes) => photo(sizes),
  document: file,
  voice: (sound) => recording(sound, "Voice message"),
  audio: (sound) => recording(sound, sound.title ?? "Audio"),
  location: place,
  contact: (person) => card(icon("person"), [person.first_name, person.last_name].filter(Boolean).join(" "), person.phone_number),
  poll,
  checklist,
};

// `acts` has the reader's votes and vote(options).
export function media(message, acts) {
  if (message.kind === "text") return null;
  const draw = KINDS[message.kind];
  const content = message.media[message.kind];
  return draw ? draw(content, acts) : card(icon("file"), kindWords(message.kind), "not drawn on this page");
}
