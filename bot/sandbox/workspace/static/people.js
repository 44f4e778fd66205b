// Faces and names: who is who in the workspace.

import { h } from "./dom.js";

/** Who speaks where Slack itself has something to say, as when a command failed. */
const SLACKBOT = { id: "USLACKBOT", name: "Slackbot" };

const HUES = 6;
const hues = new Map();

/** Resolves ids for the drawing of text; `me` is the id of the person whose eyes these are. */
export function directory(workspace, me) {
  const byId = (list) => new Map((list ?? []).map((item) => [item.id, item]));
  const people = byId(workspace.people);
  const groups = byId(workspace.groups);
  const channels = byId(workspace.channels);
  const machines = byId([workspace.bot, SLACKBOT].map((one) => ({ ...one, real_name: one.name })));
  return {
    me,
    person: (id) => people.get(id) ?? machines.get(id),
    isBot: (id) => id === workspace.bot.id,
    group: (id) => groups.get(id),
    channel: (id) => channels.get(id),
    allPeople: () => [...people.values()].map((person) => ({ value: person.id, name: person.real_name })),
    allChannels: () => [...channels.values()].map((channel) => ({ value: channel.id, name: `#${channel.name}` })),
  };
}

export const firstName = (person) => person.real_name.split(" ")[0];

function initials(name) {
  const words = name.split(/\s+/);
  return (words[0][0] + (words.length > 1 ? words.at(-1)[0] : "")).toUpperCase();
}

/** Colours go by the order of first drawing, which the list of people sets: neighbours there differ. */
function hue(id) {
  if (!hues.has(id)) hues.set(id, hues.size % HUES);
  return hues.get(id);
}

/** Initials in a colour; the bot has the shield. Beside a written name, so hidden from readers. */
export function avatar(person, isBot = false) {
  if (isBot) return h("img", { class: "avatar", src: "static/icon.svg", alt: "" });
  return h("span", { class: `avatar hue-${hue(person.id)}`, "aria-hidden": "true" }, initials(person.real_name));
}

/** "Lin", "Lin or Omar", "Lin, Omar or Sara". */
export function orList(names) {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
