// The page: holds who you are and where you look, and draws everything from what the server says.

import { api, coalesced, listen } from "./api.js";
import { drawBlocks } from "./blocks.js";
import { drawCloud, flash } from "./cloud.js";
import { Composer } from "./composer.js";
import { refreshTimes } from "./dates.js";
import { findFocus, h, reconcile, unseen } from "./dom.js";
import { drawGuide, guideWanted, progress, rememberGuide } from "./guide.js";
import { authorName, drawMessages, reveal } from "./messages.js";
import { Modals } from "./modals.js";
import { plainWords } from "./mrkdwn.js";
import { avatar, directory, firstName } from "./people.js";
import { deciders, newestOpen } from "./requests.js";
import { Follower } from "./scrolling.js";
import { drawPanes, drawPeople, drawPlaces } from "./sidebar.js";
import { drawTurn } from "./turn.js";

const HOME = "home";
const HOME_PLACE = { id: HOME, kind: "home", name: "Imagewarden home", purpose: "The app's own page", unread: 0 };
const WHO = "imagewarden.person";
const TICK = 20_000; // milliseconds between refreshes of "10 min ago"

const $ = (id) => document.getElementById(id);
const wide = matchMedia("(min-width: 1000px)");

const page = {
  workspace: null,
  me: null,
  here: null,
  pane: "conversation",
  snapshot: null,
  cloud: null,
  cloudNews: false,
  guide: guideWanted(),
};
const ctx = {
  names: null,
  shortcuts: [],
  press: (origin, pressed) => after(api.press(page.me, origin, { ...pressed, values: valuesBeside(origin) })),
  suggest: (origin, asked) => api.options(page.me, origin, asked),
  submit: (viewId, values) => after(api.submit(page.me, viewId, values)),
  close: (viewId) => after(api.close(page.me, viewId)),
  shortcut: (callbackId, where) => after(api.shortcut(page.me, callbackId, where)).then(complain),
  focusAgain: (opener) => (findFocus(document, opener?.dataset?.focus) ?? $("box")).focus(),
};
const acts = { fillTry, sendTry, showCard, showShare, switchTo, closeGuide: () => openGuide(false) };
const modals = new Modals($("modals"), ctx);
const follower = new Follower($("scroll"), $("newer"));
let composer;
let hangUp = () => {};

/** What an action answered, once the page shows what it did. */
async function after(answering) {
  const answer = await answering;
  await refresh();
  return answer;
}

function complain(answer) {
  if (!answer.ok) composer.note.textContent = answer.error;
}

const refresh = coalesced(async () => {
  const as = page.me;
  const snapshot = await api.state(as);
  if (!snapshot.ok || as !== page.me) return;
  page.snapshot = snapshot;
  if (!placeOf(page.here)) page.here = placeOf(page.workspace.try.channel)?.id ?? snapshot.conversations[0]?.id;
  draw();
});

const refreshCloud = coalesced(async () => {
  const cloud = await api.cloud();
  if (!cloud.ok || !cloud.images) return;
  page.cloud = cloud;
  const changed = drawCloud({ account: $("cloud-account"), images: $("images"), calls: $("calls") }, cloud, takeName);
  if (changed && !cloudInView()) page.cloudNews = true;
  draw();
});

const cloudInView = () => wide.matches || page.pane === "cloud";
const conversationInView = () => wide.matches || page.pane === "conversation";

const places = () => [...page.snapshot.conversations, HOME_PLACE];

/** A press in a modal tells what is filled in beside it. */
const valuesBeside = ({ view_id }) => view_id && modals.values(view_id);
const placeOf = (id) => page.snapshot && places().find((place) => place.id === id);
const messagesOf = (id) => page.snapshot.messages[id] ?? [];
const person = (id) => page.workspace.people.find((one) => one.id === id);

function draw() {
  if (!page.snapshot) return;
  const place = placeOf(page.here);
  if (conversationInView() && place.unread) api.read(page.me, place.id);
  const open = newestOpen(page.snapshot);
  const asked = open ? deciders(open.message, page.workspace) : [];
  drawPeople($("people"), page.workspace.people, page.me, new Set(asked.map((one) => one.id)), (id) => switchTo(id));
  drawPlaces($("places"), places(), page.here, goTo);
  drawMe();
  drawPlace(place);
  const shown = guideProgress();
  const guideAsks = page.guide && shown.step === 1;
  drawTurn($("turn"), guideAsks || place.kind === "home" ? [] : asked, page.me, switchTo);
  drawGuideOrNot(shown);
  drawAllPanes();
  modals.render(page.snapshot.views);
}

function drawMe() {
  const me = person(page.me);
  const signature = page.me;
  const family = h("span", { class: "family" }, me.real_name.slice(firstName(me).length));
  const make = () => h("span", {}, avatar(me), h("span", {}, unseen("You are "), firstName(me), family));
  reconcile($("me"), [{ key: "me", signature, make }]);
  composer.speaksFor(me, avatar(me));
}

function drawPlace(place) {
  const home = place.kind === "home";
  $("place-name").textContent = place.kind === "channel" ? `#${place.name}` : place.name;
  $("place-purpose").textContent = place.kind === "dm" ? "Direct messages, just you and the bot" : (place.purpose ?? "");
  document.title = `${$("place-name").textContent} as ${person(page.me).real_name}, Imagewarden sandbox`;
  $("messages").hidden = home;
  $("home").hidden = !home;
  $("composer").hidden = home;
  if (home) return drawHome();
  const messages = messagesOf(place.id);
  const redraw = () => drawMessages($("messages"), messages, place.id, ctx);
  follower.around(`${page.me} ${place.id}`, messages, redraw, announce);
  $("empty").hidden = messages.length > 0;
  $("empty").textContent = `Nothing here yet. Type ${composer.verb} help`;
}

function drawHome() {
  const view = page.snapshot.home;
  const make = () => h("div", { class: "blocks" }, drawBlocks(view.blocks, ctx, { view_id: view.id }));
  reconcile($("home"), view ? [{ key: view.id, signature: JSON.stringify(view) + page.me, make }] : []);
  $("empty").hidden = Boolean(view);
  $("empty").textContent = "Imagewarden has not drawn its home yet. It does so when you open this tab.";
}

function announce(message) {
  $("live").textContent = `${authorName(message, ctx.names)}: ${plainWords(message.text ?? "", ctx.names)}`;
}

function drawAllPanes() {
  const unread = places().some((place) => place.unread && place.id !== page.here);
  const news = new Set([unread && "you", page.cloudNews && "cloud"]);
  document.body.dataset.pane = page.pane;
  drawPanes($("panes"), page.pane, news, showPane);
}

function showPane(pane) {
  page.pane = pane;
  if (pane === "cloud") page.cloudNews = false;
  draw();
  if (pane === "conversation") follower.toEnd();
}

function guideProgress() {
  return progress(page.workspace, page.snapshot, page.cloud, cloudInView());
}

function drawGuideOrNot(shown) {
  $("guide").hidden = !page.guide;
  $("guide-link").setAttribute("aria-expanded", String(page.guide));
  const { workspace, me } = page;
  if (page.guide) drawGuide($("guide"), shown, { workspace, me, boxText: composer.box.value.trim(), acts });
}

function openGuide(open) {
  page.guide = open;
  rememberGuide(open);
  draw();
  if (!open) $("guide-link").focus();
}

async function switchTo(id) {
  const dm = placeOf(page.here)?.kind === "dm";
  if (id !== page.me) {
    page.me = id;
    sessionStorage.setItem(WHO, id);
    ctx.names = directory(page.workspace, id);
    attend();
    await refresh();
    if (dm) goTo(page.snapshot.conversations.find((one) => one.kind === "dm")?.id ?? page.here);
    if (page.here === HOME) await api.openHome(id);
  }
  showPane("conversation");
  // The button that led here is gone with the turn it spoke of.
  if (document.activeElement === document.body) $("scroll").focus({ preventScroll: true });
}

function goTo(id) {
  page.here = id;
  showPane("conversation");
  if (id === HOME) api.openHome(page.me).then(refresh);
}

function attend() {
  hangUp();
  hangUp = listen(page.me, {
    change: refresh,
    cloud: refreshCloud,
    connected: (yes) => ($("connection").textContent = yes ? "" : "Connection lost. Trying again."),
  });
}

async function fillTry() {
  const { as, channel, command } = page.workspace.try;
  await switchTo(as);
  goTo(channel);
  composer.fill(command);
}

function sendTry() {
  return composer.submit();
}

function showCard({ channel, message }) {
  goTo(channel);
  const node = bringUp(reveal($("messages"), messagesOf(channel), message.ts));
  node?.querySelector(".button.primary")?.focus({ preventScroll: true });
}

function showShare() {
  const { image } = guideProgress();
  showPane("cloud");
  flash($("images"), image.id, true);
}

function takeName(name) {
  if (page.here === HOME) goTo(page.workspace.try.channel);
  showPane("conversation");
  composer.insert(name);
}

async function send(text) {
  if (!page.snapshot) await refresh(); // where it is said isn't known before that
  return after(api.command(page.me, page.here, text));
}

/** Links to a place in this workspace are followed in the page itself. */
function followLink(event) {
  const target = event.target.closest("a[data-channel]");
  if (!target || !placeOf(target.dataset.channel)) return;
  event.preventDefault();
  goToMessage(target.dataset.channel, target.dataset.ts);
}

async function start() {
  const [workspace, shortcuts] = await Promise.all([api.workspace(), api.shortcuts()]);
  if (!workspace.ok) {
    $("connection").textContent = workspace.error;
    setTimeout(start, 2000);
    return;
  }
  $("connection").textContent = "";
  page.workspace = workspace;
  page.me = person(sessionStorage.getItem(WHO))?.id ?? workspace.try.as;
  ctx.names = directory(workspace, page.me);
  ctx.shortcuts = shortcuts.shortcuts ?? [];
  const verb = workspace.try.command.split(" ")[0];
  const edited = () => page.snapshot && drawGuideOrNot(guideProgress());
  composer = new Composer($("composer"), { send, verb, forms: workspace.command_hints, edited });
  const everywhere = ctx.shortcuts.filter((one) => one.type === "global");
  composer.setShortcuts(everywhere, (one) => ctx.shortcut(one.callback_id, {}));
  attend();
  await Promise.all([refresh(), refreshCloud()]);
  followHash();
}

/** An address that ends in `#CHANNEL/TIMESTAMP`, as the server's permalinks do, leads to that message. */
function followHash() {
  const [channel, ts] = location.hash.slice(1).split("/");
  if (placeOf(channel)) goToMessage(channel, ts);
}

function goToMessage(channel, ts) {
  goTo(channel);
  bringUp(reveal($("messages"), messagesOf(channel), ts));
}

/** Of a card that is taller than the window, the end matters: its buttons are there. */
function bringUp(node) {
  node?.scrollIntoView({ block: node.offsetHeight > $("scroll").clientHeight ? "end" : "center" });
  return node;
}

$("me").addEventListener("click", () => {
  showPane("you");
  findFocus($("people"), page.me)?.focus();
});
$("guide-link").addEventListener("click", () => openGuide(!page.guide));
document.addEventListener("click", followLink);
addEventListener("hashchange", followHash);
wide.addEventListener("change", draw);
setInterval(refreshTimes, TICK);
start();
