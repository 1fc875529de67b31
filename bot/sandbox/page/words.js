// How dates, sizes and kinds of messages are said.

export const zoned = (date, zone, options) =>
  new Intl.DateTimeFormat("en-GB", { timeZone: zone || "UTC", ...options }).format(date);
export const hour = (date, zone) => zoned(date, zone, { hour: "2-digit", minute: "2-digit" });
export const day = (date, zone) =>
  zoned(date, zone, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
export const moment = (date, zone) =>
  `${zoned(date, zone, { weekday: "short", day: "numeric", month: "short" })}, ${hour(date, zone)}`;

export const clip = (words, length) => (words.length > length ? `${words.slice(0, length).trimEnd()}…` : words);
export const oneLine = (words) => words.replaceAll(/\s+/g, " ").trim();
export const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.round(seconds) % 60).padStart(2, "0")}`;

export function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function list(names) {
  return new Intl.ListFormat("en-GB", { type: "conjunction" }).format(names);
}

const KINDS = { document: "File", forum_topic_created: "Topic", video_note: "Video", voice: "Voice message" };

export function kindWords(kind) {
  const plain = kind.replaceAll("_", " ");
  return KINDS[kind] ?? plain.slice(0, 1).toUpperCase() + plain.slice(1);
}

// A message in a few words: what it says, else what it is.
export function gist(message) {
  const media = message.media ?? {};
  const words = message.text || media.poll?.question || media.checklist?.title || media.document?.file_name;
  return words ? oneLine(words) : kindWords(message.kind);
}
