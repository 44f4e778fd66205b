// The first visit's guide: ask, approve, see. Its steps tick by what the conversations and the cloud show,
// so that doing the thing in any other way counts as well.

import { closeButton, h, icon, reconcile, unseen } from "./dom.js";
import { firstName, orList } from "./people.js";
import { canApprove, cardText, cardTitle, cards, deciders } from "./requests.js";
import { switchButton } from "./turn.js";

const KEY = "imagewarden.guide";
const STEPS = ["Ask", "Approve", "See"];

export function guideWanted() {
  try {
    return localStorage.getItem(KEY) !== "closed";
  } catch {
    return true;
  }
}

export function rememberGuide(open) {
  try {
    localStorage.setItem(KEY, open ? "open" : "closed");
  } catch {
    // A browser that keeps nothing shows the guide again next time.
  }
}

/** How far the main job is: `{step, image, target, card, deciders}`; `step` counts the finished ones, 0 to 3. */
export function progress(workspace, snapshot, cloud, cloudInView) {
  const tried = workspace.try.command.split(/\s+/);
  const image = cloud?.images.find(({ name }) => tried.includes(name));
  const share = image?.shared_with.find(({ name, account }) => tried.includes(name) || tried.includes(account));
  const mine = image ? cards(snapshot).filter(({ message }) => cardText(message).includes(image.name)) : [];
  const open = mine.findLast(({ message }) => canApprove(message));
  const agreed = mine.some(({ message }) => !canApprove(message) && /^Shar(ing|ed)\b/.test(cardTitle(message)));
  const step = share ? (cloudInView ? 3 : 2) : open ? 1 : agreed ? 2 : 0;
  return { step, image, share, card: open, deciders: open ? deciders(open.message, workspace) : [] };
}

/** `page` is `{workspace, me, boxText, acts}`, `acts` what the guide's buttons do. */
export function drawGuide(root, progress, page) {
  const { step, card, share } = progress;
  const filled = page.boxText === page.workspace.try.command;
  const people = progress.deciders.map((person) => person.id);
  const signature = JSON.stringify([step, page.me, card?.message.ts, people, share?.account, filled]);
  reconcile(root, [{ key: "guide", signature, make: () => draw(progress, page, filled) }]);
}

function draw(progress, page, filled) {
  const { words, acts } = [ask, approve, see, done][progress.step](progress, page, filled);
  return h(
    "div",
    { class: "guide-in" },
    h("ol", { class: "steps" }, STEPS.map((name, index) => stepMark(name, index, progress.step))),
    h("p", { class: "guide-words" }, words),
    h("div", { class: "guide-acts" }, acts),
    closeButton("Close the guide", page.acts.closeGuide, "close"),
  );
}

function stepMark(name, index, now) {
  const past = index < now;
  const sign = h("span", { class: "sign" }, past ? icon("check") : String(index + 1));
  const props = { class: past ? "done" : index === now ? "now" : null, "aria-current": index === now ? "step" : null };
  return h("li", props, sign, name, past && unseen(" (done)"));
}

function act(words, click, style = "primary") {
  const props = { type: "button", class: `button small ${style}`, data: { focus: words }, on: { click } };
  return h("button", props, words);
}

function ask(progress, { workspace, acts }, filled) {
  if (filled) {
    return { words: "The command is in the box below. Press Enter to send it.", acts: [act("Send it", acts.sendTry)] };
  }
  const name = firstName(workspace.people.find((person) => person.id === workspace.try.as));
  return {
    words: `${name} needs an image shared with another account. The command is ready for you.`,
    acts: [act("Put the command into the box", acts.fillTry)],
  };
}

function approve({ deciders: people, card }, { me, acts }) {
  if (people.some((person) => person.id === me)) {
    return {
      words: "Now you are an owner. Read the card, then press Approve on it.",
      acts: [act("Show the card", () => acts.showCard(card))],
    };
  }
  if (!people.length) return { words: "An owner must approve. Switch to one of them, then press Approve on the card." };
  const words = `${orList(people.map(firstName))} can approve this. Nobody approves their own request.`;
  return { words, acts: people.slice(0, 3).map((person) => switchButton(person, acts.switchTo)) };
}

function see({ share }, { acts }) {
  if (!share) return { words: "Approved. The bot is telling the cloud now." };
  return { words: "Approved. Look at the cloud: it has changed.", acts: [act("Open the cloud", acts.showShare)] };
}

function done({ image, share }, { acts }) {
  const words = `Done: the cloud now shares ${image.name} with ${share.name ?? share.account}.`;
  return { words, acts: [act("Show it", acts.showShare, ""), act("Close the guide", acts.closeGuide)] };
}
