// What the page asks of the sandbox: its control API, and nothing else.

const OUT_OF_REACH = "The demo can't be reached. Is it still running?";

async function ask(path, options) {
  let response;
  try {
    response = await fetch(`/control/${path}`, options);
  } catch {
    throw new Error(OUT_OF_REACH);
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? "That didn't work. Please try again.");
  return answer;
}

export const get = (path) => ask(path, {});
export const post = (path, body) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export async function upload(file) {
  const kind = file.type || "application/octet-stream";
  const path = `files?name=${encodeURIComponent(file.name)}`;
  return (await ask(path, { method: "POST", headers: { "Content-Type": kind }, body: file })).file;
}

export const fileAddress = (id) => `/control/files/${encodeURIComponent(id)}`;

// Calls `hear[name]` for each event from now on. The browser reconnects by itself and asks for what
// it missed; `hear.open` and `hear.lost` tell of the connection.
export function listen(hear) {
  const events = new EventSource("/control/events");
  for (const name of ["clock", "transcript", "call"]) {
    events.addEventListener(name, (event) => hear[name](JSON.parse(event.data)));
  }
  events.addEventListener("open", () => hear.open());
  events.addEventListener("error", () => hear.lost(OUT_OF_REACH));
}
