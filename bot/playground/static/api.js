// Owns the talk with the server: the control side's requests and its stream of events.

const ROOT = "/_sim";

/** The server refused, or could not be reached; `message` is for people. */
export class ApiError extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

async function request(method, path, body) {
  const options = { method, headers: {} };
  if (body instanceof FormData) options.body = body;
  else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["content-type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(ROOT + path, options);
  } catch {
    throw new ApiError("The playground does not answer. Is it still running?");
  }
  const text = await response.text();
  let data = {};
  try {
    data = text ? JSON.parse(text) : {};
  } catch {
    data = {};
  }
  if (!response.ok) throw new ApiError(data.error ?? `${response.status} ${response.statusText}`, response.status);
  return data;
}

const user = (id, rest) => `/users/${id}/${rest}`;

export const api = {
  state: () => request("GET", "/state"),
  messages: (id, after) => request("GET", user(id, after ? `messages?after=${after}` : "messages")),
  chatMessages: (id) => request("GET", `/chats/${id}/messages`),
  chatCommands: (id) => request("GET", `/chats/${id}/commands`),
  addGroup: (fields) => request("POST", "/groups", fields),
  setBot: (id, fields) => request("POST", user(id, "bot"), fields),
  commands: (id) => request("GET", user(id, "commands")),
  addUser: (fields) => request("POST", "/users", fields),
  changeUser: (id, fields) => request("PATCH", `/users/${id}`, fields),
  start: (id, payload) => request("POST", user(id, "start"), payload ? { payload } : {}),
  send: (id, fields) => request("POST", user(id, "send"), fields),
  edit: (id, messageId, text, where) => request("POST", user(id, "edit"), { message_id: messageId, text, ...where }),
  press: (id, fields) => request("POST", user(id, "press"), fields),
  react: (id, messageId, emoji, where) => request("POST", user(id, "react"), { message_id: messageId, emoji, ...where }),
  contact: (id) => request("POST", user(id, "contact"), {}),
  openTopic: (id, name) => request("POST", user(id, "topics"), { name }),
  deleteTopic: (id, threadId) => request("DELETE", user(id, `topics/${threadId}`)),
  switchTopics: (isOn) => request("POST", "/topics", { is_on: isOn }),
  block: (id) => request("POST", user(id, "block"), {}),
  unblock: (id) => request("POST", user(id, "unblock"), {}),
  advance: (seconds) => request("POST", "/clock", { advance_seconds: seconds }),
  clock: () => request("GET", "/clock"),
  fileUrl: (fileId) => `${ROOT}/files/${encodeURIComponent(fileId)}`,
  sendFiles(id, { files, caption, replyTo, threadId, kind, chatId }) {
    const form = new FormData();
    if (chatId) form.append("chat_id", chatId);
    if (caption) form.append("caption", caption);
    if (replyTo) form.append("reply_to", replyTo);
    if (threadId) form.append("thread_id", threadId);
    if (kind) form.append("kind", kind);
    for (const file of files) form.append("files", file, file.name || "image.png");
    return request("POST", user(id, "send"), form);
  },
};

const KINDS = ["message", "edit", "delete", "answer", "action", "reaction", "user", "group", "clock", "topic_deleted", "topics"];

/**
 * Listens for events for as long as the page lives. `onEvent(kind, data)`; `onOpen()` after every connection, the
 * first too, when the caller fetches what it missed; `onDrop()` when the stream broke.
 */
export function listen({ onEvent, onOpen, onDrop }) {
  let wait = 500;
  const connect = () => {
    const source = new EventSource(`${ROOT}/events`);
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => {
        let data;
        try {
          data = JSON.parse(event.data);
        } catch {
          return;
        }
        onEvent(kind, data);
      });
    }
    source.onopen = () => {
      wait = 500;
      onOpen();
    };
    source.onerror = () => {
      source.close();
      onDrop();
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, 5000);
    };
  };
  connect();
}
