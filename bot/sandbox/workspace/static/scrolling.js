// Keeps the conversation at its end while the reader is at its end, and leaves it alone otherwise.

const NEAR = 48; // pixels from the end that still count as the end

export class Follower {
  constructor(scroll, pill) {
    this.scroll = scroll;
    this.pill = pill;
    this.atEnd = true;
    this.place = null;
    this.height = scroll.clientHeight;
    this.known = new Set();
    scroll.addEventListener("scroll", () => this.look(), { passive: true });
    pill.addEventListener("click", () => this.toEnd());
    // A card that grows (a thread opened, a picture loaded) or a window that shrinks must not hide the end.
    const resized = new ResizeObserver(() => this.atEnd && this.toEnd());
    resized.observe(scroll);
    for (const child of scroll.children) resized.observe(child);
  }

  look() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroll;
    // A window that shrank moves the end away; that is not the reader's doing.
    const resized = clientHeight !== this.height;
    this.height = clientHeight;
    if (resized) return;
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.atEnd) this.pill.hidden = true;
  }

  toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.atEnd = true;
    this.pill.hidden = true;
  }

  /** Runs `draw` for the messages of `place`, calls `announce` for the newest one that was not there before. */
  around(place, messages, draw, announce) {
    const moved = place !== this.place;
    if (moved) this.known = new Set();
    this.place = place;
    draw();
    const all = messages.flatMap((message) => [message, ...(message.replies ?? [])]);
    const fresh = moved ? [] : all.filter((message) => !this.known.has(message.ts));
    this.known = new Set(all.map((message) => message.ts));
    if (moved || this.atEnd) this.toEnd();
    else if (fresh.some((message) => messages.includes(message))) this.pill.hidden = false;
    if (fresh.length) announce(fresh.at(-1));
  }
}
