// The first visit's guide: ask, approve, see. Its steps tick by what the conversations and the cloud show,
// so that doing the thing in any other way counts as well.

import { h, icon, reconcile } from "./dom.js";
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
  const mine = snapshot ? cards(snapshot).filter(({ message }) => image && cardText(message).includes(image.name)) : [];
  const open = mine.findLast(({ message }) => canApprove(message));
  const agreed = mine.some(({ message }) => !canApprove(message) && /^Shar(ing|ed)\b/.test(cardTitle(message)));
  const step = share ? (cloudInView ? 3 : 2) : open ? 1 : agreed ? 2 : 0;
  return { step, image, share, card: open, deciders: open ? deciders(open.message, workspace) : [] };
}

/** `page` is `{workspace, me, boxText, acts}`, `acts` what the guide's buttons do. */
export function drawGuide(root, progress, page) {
  const { step, card, share } = progress;
  const filled = page.boxText === page.workspace.try.command;
  const signature = JSON.stringify([step, page.me, card?.message.ts, progress.deciders.map((p) => p.id), share?.account, filled]);
  reconcile(root, [{ key: "guide", signature, make: () => draw(progress, page, filled) }]);
}

function draw(progress, page, filled) {
  const { words, acts } = [ask, approve, see, done][progress.step](progress, page, filled);
  const steps = STEPS.map((name, index) => {
    const state = index < progress.step ? "done" : index === progress.step ? "now" : "";
    const sign = index < progress.step ? icon("check") : String(index + 1);
    const said = index < progress.step ? " (done)" : "";
    return h("li", { class: state, "aria-current": state === "now" ? "step" : null }, h("span", { class: "sign" }, sign), name, h("span", { class: "unseen" }, said));
  });
  const close = h("button", { type: "button", class: "plain icon-only close", "aria-label": "Close the guide", title: "Close the guide", on: { click: page.acts.closeGuide } }, icon("close"));
  return h("div", { class: "guide-in" }, h("ol", { class: "steps" }, steps), h("p", { class: "guide-words" }, words), h("div", { class: "guide-acts" }, acts), close);
}

const act = (words, click, style = "primary") =>
  h("button", { type: "button", class: `button small ${style}`, data: { focus: words }, on: { click } }, words);

function ask(progress, { workspace, acts }, filled) {
  const name = firstName(workspace.people.find((person) => person.id === workspace.try.as));
  if (filled) return { words: "The command is in the box below. Press Enter to send it.", acts: [act("Send it", acts.sendTry)] };
  return { words: `${name} needs an image shared with another account. The command is ready for you.`, acts: [act("Put the command into the box", acts.fillTry)] };
}

function approve({ deciders: people, card }, { me, acts }) {
  if (people.some((person) => person.id === me)) {
    return { words: "Now you are an owner. Read the card, then press Approve on it.", acts: [act("Show the card", () => acts.showCard(card))] };
  }
  if (!people.length) return { words: "An owner must approve. Switch to one of them, then press Approve on the card.", acts: [] };
  const words = `${orList(people.map(firstName))} can approve this. Nobody approves their own request.`;
  return { words, acts: people.slice(0, 3).map((person) => switchButton(person, acts.switchTo)) };
}

function see({ share }, { acts }) {
  if (!share) return { words: "Approved. The bot is telling the cloud now.", acts: [] };
  return { words: "Approved. Look at the cloud: it has changed.", acts: [act("Open the cloud", acts.showShare)] };
}

function done({ image, share }, { acts }) {
  const words = `Done: the cloud now shares ${image.name} with ${share.name ?? share.account}.`;
  return { words, acts: [act("Show it", acts.showShare, ""), act("Close the guide", acts.closeGuide)] };
}
