// Who you are, and the places you can go.

import { h, icon, reconcile, unseen } from "./dom.js";
import { avatar } from "./people.js";

/** `asked` holds the ids of the people whose word the newest open request waits for. */
export function drawPeople(list, people, me, asked, choose) {
  reconcile(
    list,
    people.map((person) => ({
      key: person.id,
      signature: `${person.id === me} ${asked.has(person.id)}`,
      make: () => personRow(person, person.id === me, asked.has(person.id), choose),
    })),
  );
}

function personRow(person, chosen, asked, choose) {
  const names = h("span", { class: "who" }, h("strong", {}, person.real_name), h("small", {}, person.role));
  const title = "The newest request waits for this person";
  const sign = asked && h("span", { class: "asked", title }, unseen("asked to decide"));
  const props = { type: "button", "aria-pressed": String(chosen), data: { focus: person.id } };
  const click = () => choose(person.id);
  return h("li", {}, h("button", { ...props, on: { click } }, h("span", { class: "face" }, avatar(person), sign), names));
}

/** `places` are `{id, name, kind, unread}`; the Home tab is a place as well. */
export function drawPlaces(list, places, here, go) {
  reconcile(
    list,
    places.map((place) => ({
      key: place.id,
      signature: `${place.id === here} ${place.unread} ${place.name}`,
      make: () => placeRow(place, place.id === here, go),
    })),
  );
}

const SIGN = { channel: "hash", dm: "chat", home: "home" };

function placeRow(place, chosen, go) {
  const unread = place.unread > 0 && !chosen;
  const props = {
    type: "button",
    class: unread ? "unread" : null,
    "aria-current": chosen ? "page" : null,
    data: { focus: place.id },
    on: { click: () => go(place.id) },
  };
  const count = unread && h("span", { class: "count" }, String(place.unread), unseen(" unread"));
  return h("li", {}, h("button", props, icon(SIGN[place.kind]), h("span", { class: "who" }, place.name), count));
}

const PANES = [
  { id: "conversation", name: "Conversation", sign: "chat" },
  { id: "you", name: "You", sign: "person" },
  { id: "cloud", name: "Cloud", sign: "cloud" },
];

/** The tabs that a narrow window has in place of columns; `news` holds the ids of those with something new. */
export function drawPanes(nav, here, news, show) {
  reconcile(
    nav,
    PANES.map(({ id, name, sign }) => ({
      key: id,
      signature: `${id === here} ${news.has(id)}`,
      make: () => {
        const mark = news.has(id) && id !== here && h("span", { class: "news" }, unseen(" has news"));
        const props = { type: "button", "aria-current": id === here ? "page" : null, data: { focus: id } };
        return h("button", { ...props, on: { click: () => show(id) } }, h("span", { class: "sign" }, icon(sign), mark), name);
      },
    })),
  );
}
