// What the request cards in the conversations say about whose turn it is. Read from the cards alone, as a
// person would: the page knows nothing of the bot that wrote them.

/** The words of a block in reading order, with `<@ID>` where a person is named. */
function words(node) {
  if (Array.isArray(node)) return node.map(words).join("\n");
  if (!node || typeof node !== "object") return "";
  if (node.type === "user") return `<@${node.user_id}>`;
  if (node.type === "usergroup") return `<!subteam^${node.usergroup_id}>`;
  if (node.type === "rich_text_section") return node.elements.map(words).join("");
  if (typeof node.text === "string") return node.text;
  return [node.text, node.fields, node.elements, node.rows].map(words).filter(Boolean).join("\n");
}

const blocksOf = (message, type) => (message.blocks ?? []).filter((block) => block.type === type);

export function canApprove(message) {
  const buttons = blocksOf(message, "actions").flatMap((block) => block.elements);
  return buttons.some((button) => button.text?.text === "Approve");
}

export const cardText = (message) => words(message.blocks ?? []);

export const cardTitle = (message) => words(blocksOf(message, "header"));

/** The cards that everybody in a channel sees, oldest first, as `{channel, message}`. */
export function cards(snapshot) {
  const channels = snapshot.conversations.filter((conversation) => conversation.kind === "channel");
  const posted = channels.flatMap(({ id }) => (snapshot.messages[id] ?? []).map((message) => ({ channel: id, message })));
  const found = posted.filter(({ message }) => message.bot && !message.ephemeral && cardTitle(message));
  return found.sort((a, b) => a.message.at - b.message.at);
}

export const newestOpen = (snapshot) => cards(snapshot).findLast(({ message }) => canApprove(message));

/** The people whom a card's "Deciding" line names and whose word is still needed. */
export function deciders(message, workspace) {
  const blocks = message.blocks.map(words);
  const index = blocks.findIndex((text) => /\bDeciding\b/i.test(text));
  if (index < 0) return [];
  const line = blocks[index].slice(blocks[index].search(/\bDeciding\b/i));
  const lines = (/[@^]/.test(line) ? line : (blocks[index + 1] ?? "")).split("\n");
  const vote = /✓|\b(approved|denied)\b/i;
  const voted = new Set(lines.filter((one) => vote.test(one)).flatMap((one) => named(one, workspace)));
  const roles = lines.filter((one) => !vote.test(one)).flatMap((one) => one.split("·"));
  return [...new Set(roles.flatMap((role) => stillAsked(role, voted, workspace)))];
}

/** Of a role such as `@lin or @omar (1 of them)`, who may still vote: nobody once enough have. */
function stillAsked(role, voted, workspace) {
  const people = named(role, workspace);
  const needed = Number(role.match(/\((\d+) of them\)/)?.[1] ?? 1);
  const open = people.filter((person) => !voted.has(person));
  return people.length - open.length < needed ? open : [];
}

function named(text, workspace) {
  const found = [];
  for (const [, user, group, name] of text.matchAll(/<@(\w+)[^>]*>|<!subteam\^(\w+)[^>]*>|@([\w.-]+)/g)) {
    const team = workspace.groups.find((item) => item.id === group || item.handle === name);
    const members = team?.members ?? [];
    found.push(...workspace.people.filter((p) => p.id === user || p.name === name || members.includes(p.id)));
  }
  return found;
}
