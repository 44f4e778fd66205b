// The cloud's side: images by region, who has each, and the calls that the bot made.

import { timeNode } from "./dates.js";
import { h, reconcile } from "./dom.js";

const KIND = {
  PRIVATE_IMAGE: "custom",
  SHARED_IMAGE: "shared with us",
  PUBLIC_IMAGE: "public",
  MARKET_IMAGE: "marketplace",
  PRIVATE: "Lighthouse",
  SHARED: "Lighthouse, shared with us",
  PURE_OS: "Lighthouse, public",
};
const FROM_CVM = "Lighthouse, from CVM";
const SOURCE = { EXTERNAL_IMPORT: "imported" };
const LICENCE = { BYOL: "own licence" };

const MOST = 4; // accounts shown under an image before "and … more"
const FLASH = 2400; // milliseconds; the length of the animation in panels.css

let shown = null;

/**
 * Draws the cloud and gives whether an image changed; its row flashes and comes into view.
 * `take(name)` is called when somebody presses an image's name.
 */
export function drawCloud(places, cloud, take) {
  places.account.textContent = `Account ${cloud.account}`;
  const rows = [...cloud.images, ...cloud.blueprints];
  const before = new Map((shown ?? []).map((image) => [image.id, news(image)]));
  drawRegions(places.images, cloud.regions, rows, take);
  drawCalls(places.calls, cloud.calls);
  const changed = shown ? rows.filter((image) => before.get(image.id) !== news(image)) : [];
  shown = rows;
  for (const image of changed) flash(places.images, image.id, !places.images.matches(":hover, :focus-within"));
  return changed.length > 0;
}

// A copy that gets on is no reason to flash again and again.
function news({ progress, ...rest }) {
  return JSON.stringify(rest);
}

export function flash(root, imageId, come) {
  const row = [...root.querySelectorAll(".image-row")].find((node) => node.dataset.key === imageId);
  if (!row) return;
  if (come) row.scrollIntoView({ block: "nearest" });
  row.classList.remove("changed");
  // Reading the layout between makes the browser start the animation again.
  void row.offsetWidth;
  row.classList.add("changed");
  setTimeout(() => row.classList.remove("changed"), FLASH);
}

function drawRegions(root, ours, rows, take) {
  const regions = [...new Set([...ours, ...rows.map((image) => image.region)])];
  reconcile(
    root,
    regions.map((region) => {
      const images = rows.filter((image) => image.region === region);
      return {
        key: region,
        signature: "region",
        make: () => h("section", {}, h("h3", {}), h("ul", {})),
        patch: (node) => {
          node.firstChild.textContent = images.length ? region : `${region}: no images`;
          reconcile(node.lastChild, images.map((image) => rowEntry(image, take)));
        },
      };
    }),
  );
}

function rowEntry(image, take) {
  const signature = JSON.stringify(image);
  return {
    key: image.id,
    signature: "row",
    make: () => h("li", { class: "image-row" }),
    patch: (node) => reconcile(node, [{ key: "row", signature, make: () => drawImage(image, take) }]),
  };
}

function drawImage(image, take) {
  const name = h(
    "button",
    {
      type: "button",
      class: "name",
      title: "Put this name into the command box",
      data: { focus: image.id },
      on: { click: () => take(isBlueprint(image) ? image.id : image.name) },
    },
    image.name,
  );
  const os = image.os?.replace(/ 64bit$/, "");
  const about = [image.id, image.size_gib && `${image.size_gib} GiB`, os].filter(Boolean).join(" · ");
  const title = h("p", { class: "title" }, name, badges(image));
  return h("div", {}, title, h("p", { class: "about", title: about }, about), shares(image));
}

// The bot knows a blueprint by its id only.
function isBlueprint(image) {
  return image.id.startsWith("lhbp-");
}

function badges(image) {
  const custom = image.kind === "PRIVATE_IMAGE";
  const kind = image.image ? FROM_CVM : (KIND[image.kind] ?? image.kind);
  const progress = image.progress == null ? "" : ` ${image.progress}%`;
  const list = [
    !custom && [kind, ""],
    image.in_lighthouse && ["in Lighthouse", ""],
    SOURCE[image.source] && [SOURCE[image.source], ""],
    LICENCE[image.licence] && [LICENCE[image.licence], ""],
    image.state !== "NORMAL" && [image.state.toLowerCase() + progress, " busy"],
  ];
  return list.filter(Boolean).map(([words, style]) => h("span", { class: `badge${style}` }, words));
}

function shares(image) {
  if (!image.shared_with.length) {
    const ours = ["PRIVATE_IMAGE", "PRIVATE"].includes(image.kind);
    const words = ours ? "Not shared" : image.creator && `From ${image.creator}`;
    return words && h("p", { class: "unshared" }, words);
  }
  const newestFirst = [...image.shared_with].sort((a, b) => b.since - a.since);
  const list = (shares) => h("ul", { class: "shares", "aria-label": "Shared with" }, shares.map(drawShare));
  if (newestFirst.length <= MOST) return list(newestFirst);
  const rest = newestFirst.slice(MOST);
  const more = h("details", { class: "rest" }, h("summary", {}, `and ${rest.length} more accounts`));
  // Hundreds of rows that nobody may look at are drawn when somebody does.
  more.addEventListener("toggle", () => more.children.length < 2 && more.append(list(rest)));
  return [list(newestFirst.slice(0, MOST)), more];
}

function drawShare(share) {
  const name = share.name && h("strong", {}, share.name);
  return h("li", {}, name, h("span", { class: "id" }, share.account), timeNode(share.since, "{ago}"));
}

function drawCalls(list, calls) {
  if (!calls.length) return list.replaceChildren(h("li", {}, "None yet. A command makes the bot ask the cloud."));
  const times = new Map();
  const entries = calls.map((call) => {
    // Two calls of one instant are two rows.
    const same = JSON.stringify(call);
    times.set(same, (times.get(same) ?? 0) + 1);
    return { key: `${same} ${times.get(same)}`, signature: same, make: () => drawCall(call) };
  });
  reconcile(list, entries.reverse());
}

function drawCall(call) {
  // Two services have an action of the same name.
  const where = [call.service === "lighthouse" && "Lighthouse", call.region, `${Math.round(call.ms)} ms`];
  const took = h("span", {}, where.filter(Boolean).join(" · "));
  const code = h("span", { class: call.code === "ok" ? "code" : "code refused" }, call.code);
  const action = h("span", { class: "action" }, call.action);
  return h("li", {}, h("p", {}, action, timeNode(call.at, "{time_secs}")), h("p", {}, took, code));
}
