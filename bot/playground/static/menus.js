// Owns what the menus of a chat and of its messages offer; doing it is the pane's.

import { api } from "./api.js";
import { openMenu } from "./dialogs.js";

const EMOJI = ["👍", "❤", "🔥", "👏", "🙏", "👎"];

/** The menu of the whole chat, under `anchor`. */
export function openChatMenu(pane, anchor) {
  const { id, is_blocked: isBlocked } = pane.user;
  openMenu(
    anchor,
    [
      { label: "Open a link to the bot…", icon: "link", run: () => pane.askForLink() },
      !isBlocked && { label: "Share my phone number", icon: "phone", run: () => pane.attempt(() => api.contact(id)) },
      isBlocked
        ? { label: "Unblock the bot", icon: "check", run: () => pane.setBlocked(false) }
        : { label: "Block the bot", icon: "block", isDanger: true, run: () => pane.setBlocked(true) },
      { label: pane.host.bot.has_topics ? "Switch topics off, for everybody" : "Switch topics on, for everybody", icon: "topic", run: () => pane.switchTopics() },
      { label: "Close this chat", icon: "close", run: () => pane.host.onClosed(pane) },
    ],
    "Chat menu",
  );
}

/** The menu of a group, under `anchor`. */
export function openGroupMenu(pane, anchor) {
  const isIn = pane.isBotIn();
  openMenu(
    anchor,
    [
      { label: isIn ? "Remove the bot" : "Take the bot in again", icon: isIn ? "block" : "check", isDanger: isIn, run: () => pane.setBot(isIn ? "kicked" : "administrator") },
      { label: "Close this chat", icon: "close", run: () => pane.host.onClosed(pane) },
    ],
    "Group menu",
  );
}

/** The menu of one message, at `anchor`. */
export function openMessageMenu(pane, message, anchor) {
  const text = message.text ?? message.caption;
  const given = pane.reactionsOf(message.message_id);
  const react = (emoji) => pane.attempt(() => api.react(pane.actor, message.message_id, given.includes(emoji) ? null : emoji, pane.where));
  openMenu(
    anchor,
    [
      pane.canWrite() && { choices: EMOJI.map((emoji) => ({ label: emoji, isOn: given.includes(emoji), run: () => react(emoji) })), label: "Reactions" },
      pane.canWrite() && { label: "Reply", icon: "reply", run: () => pane.composer.startReply(message) },
      pane.canEdit(message) && { label: "Edit", icon: "edit", run: () => pane.composer.startEdit(message) },
      text && { label: "Copy text", icon: "copy", run: () => pane.copy(text) },
    ],
    "Message menu",
  );
}
