// The messages of one conversation, each kept in the page by its timestamp and redrawn only when it changed.

import { drawBlocks } from "./blocks.js";
import { dayName, timeNode } from "./dates.js";
import { h, icon, reconcile } from "./dom.js";
import { menu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { avatar } from "./people.js";

const SOON = 180; // seconds within which the same author goes on without a new head

const openThreads = new Set();

/** Draws `messages` (oldest first) into `list`, with a line where a day begins. */
export function drawMessages(list, messages, channel, ctx) {
  const entries = [];
  let day = null;
  messages.forEach((message, index) => {
    const name = dayName(message.at);
    if (name !== day) {
      day = name;
      const make = () => h("li", { class: "day" }, h("span", {}, name));
      entries.push({ key: `day ${name}`, signature: name, make });
    }
    entries.push(entry(message, messages[index - 1], channel, ctx));
  });
  reconcile(list, entries);
}

/** Opens the thread that holds `ts`, where there is one, and gives the element of that message. */
export function reveal(list, messages, ts) {
  const parent = messages.find((message) => message.ts === ts || message.replies?.some((reply) => reply.ts === ts));
  if (parent && parent.ts !== ts) {
    const toggle = find(list, parent.ts)?.querySelector(".replies[aria-expanded=false]");
    toggle?.click();
  }
  return find(list, ts);
}

function find(list, ts) {
  return [...list.querySelectorAll(".message")].find((node) => node.dataset.key === ts);
}

function entry(message, previous, channel, ctx) {
  const { replies = [], reply_count: _, ...own } = message;
  return {
    key: message.ts,
    signature: "message",
    make: () => {
      const parts = [h("div", { class: "said" }), h("div", { class: "thread" })];
      return h("li", { class: "message" }, face(message, ctx.names), parts);
    },
    patch: (node) => {
      node.classList.toggle("ephemeral", Boolean(message.ephemeral));
      node.classList.toggle("follows", follows(message, previous));
      const [, said, thread] = node.children;
      reconcile(said, [
        { key: "said", signature: JSON.stringify(own) + ctx.names.me, make: () => drawSaid(message, channel, ctx) },
      ]);
      drawThread(thread, message, replies, channel, ctx);
    },
  };
}

function follows(message, previous) {
  return Boolean(
    previous &&
      previous.user === message.user &&
      !previous.ephemeral === !message.ephemeral &&
      !previous.replies?.length &&
      message.at - previous.at < SOON,
  );
}

function face({ user }, names) {
  return avatar(names.person(user) ?? { id: user, real_name: user }, names.isBot(user));
}

export function authorName(message, names) {
  return names.person(message.user)?.real_name ?? message.user;
}

function drawSaid(message, channel, ctx) {
  const hidden = message.ephemeral && h("span", { class: "private" }, icon("eye"), "Only visible to you");
  const head = h(
    "p",
    { class: "head" },
    h("strong", {}, authorName(message, ctx.names)),
    message.bot && h("span", { class: "app" }, "app"),
    timeNode(message.at, "{time}"),
    message.edited && h("span", { class: "edited" }, "edited"),
    hidden,
  );
  return h("article", {}, head, shortcuts(message, channel, ctx), drawBody(message, channel, ctx));
}

function drawBody(message, channel, ctx) {
  if (message.blocks?.length) {
    const card = message.blocks.some((block) => block.type === "header") ? " card" : "";
    return h("div", { class: `blocks${card}` }, drawBlocks(message.blocks, ctx, { channel, ts: message.ts }));
  }
  if (!message.bot && message.text.startsWith("/")) return h("p", { class: "command" }, message.text);
  return h("div", { class: "words" }, mrkdwn(message.text, ctx.names));
}

function shortcuts(message, channel, ctx) {
  const offered = ctx.shortcuts.filter((shortcut) => shortcut.type === "message");
  if (!offered.length || message.ephemeral) return null;
  const items = offered.map((shortcut) => ({
    words: shortcut.name,
    about: shortcut.description,
    run: () => ctx.shortcut(shortcut.callback_id, { channel, ts: message.ts }),
  }));
  return menu("Message shortcuts", icon("more"), items);
}

function drawThread(thread, message, replies, channel, ctx) {
  if (!replies.length) return thread.replaceChildren();
  const open = openThreads.has(message.ts);
  const toggle = () => {
    if (open) openThreads.delete(message.ts);
    else openThreads.add(message.ts);
    drawThread(thread, message, replies, channel, ctx);
  };
  const parts = [
    {
      key: "toggle",
      signature: `${replies.length} ${open} ${replies.at(-1).ts}`,
      make: () => threadToggle(replies, open, toggle),
    },
  ];
  if (open) {
    const entries = replies.map((reply, index) => entry(reply, replies[index - 1], channel, ctx));
    const make = () => h("ol", { class: "reply-list" });
    parts.push({ key: "list", signature: "list", make, patch: (list) => reconcile(list, entries) });
  }
  reconcile(thread, parts);
}

function threadToggle(replies, open, toggle) {
  const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  const last = h("span", { class: "last" }, "last ", timeNode(replies.at(-1).at, "{ago}"));
  const props = { type: "button", class: "replies", "aria-expanded": String(open), data: { focus: "replies" } };
  return h("button", { ...props, on: { click: toggle } }, icon("right"), count, last);
}
