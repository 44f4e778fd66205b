// What each person has read, kept for this tab of the browser. Until somebody has opened a conversation
// here, the server's own count stands.

const KEY = "imagewarden.read";

let read = {};
try {
  read = JSON.parse(sessionStorage.getItem(KEY)) ?? {};
} catch {
  // A browser that keeps nothing still shows the page; only the marks start anew.
}

const withReplies = (messages) => messages.flatMap((message) => [message, ...(message.replies ?? [])]);

export function unreadCount(me, conversation, messages) {
  const last = read[`${me} ${conversation.id}`];
  if (last === undefined) return conversation.unread;
  return withReplies(messages).filter((message) => message.at > last && message.user !== me).length;
}

export function markRead(me, id, messages) {
  const last = Math.max(0, ...withReplies(messages).map((message) => message.at));
  if (read[`${me} ${id}`] === last) return;
  read[`${me} ${id}`] = last;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(read));
  } catch {
    // As above.
  }
}
