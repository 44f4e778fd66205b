// The page's talk with the sandbox server. Every answer is an object with `ok`; nothing here throws.

const SILENT = { ok: false, error: "The sandbox does not answer. Is it still running?" };

async function call(path, options) {
  try {
    const response = await fetch(path, options);
    const body = await response.json();
    return { ok: response.ok, ...body };
  } catch {
    return SILENT;
  }
}

function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return call(path, { method: "POST", headers, body: JSON.stringify(body) });
}

export const api = {
  workspace: () => call("page/workspace"),
  state: (as) => call(`page/state?as=${encodeURIComponent(as)}`),
  cloud: () => call("page/cloud"),
  shortcuts: () => call("page/shortcuts"),
  command: (as, channel, text) => post("page/command", { as, channel, text }),
  press: (as, where, pressed) => post("page/press", { as, ...where, ...pressed }),
  options: (as, where, asked) => post("page/options", { as, ...where, ...asked }),
  submit: (as, viewId, values) => post("page/submit", { as, view_id: viewId, values }),
  close: (as, viewId) => post("page/close", { as, view_id: viewId }),
  shortcut: (as, callbackId, where) => post("page/shortcut", { as, callback_id: callbackId, ...where }),
  read: (as, channel) => post("page/read", { as, channel }),
  openHome: (as) => post("page/open_home", { as }),
};

/** Listens to what changes for one person; the browser itself connects again when the line breaks. */
export function listen(as, { change, cloud, connected }) {
  const source = new EventSource(`page/events?as=${encodeURIComponent(as)}`);
  source.addEventListener("change", change);
  source.addEventListener("cloud", cloud);
  source.addEventListener("open", () => connected(true));
  source.addEventListener("error", () => connected(false));
  return () => source.close();
}

/**
 * Wraps an asynchronous job so that calls made while it runs cost one more run, however many they are.
 * A burst of events is thus two fetches, and the last run always begins after the last event.
 */
export function coalesced(job) {
  let running = null;
  let again = false;
  return async function run() {
    if (running) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        await job();
      } while (again);
    })();
    try {
      await running;
    } finally {
      running = null;
    }
  };
}
