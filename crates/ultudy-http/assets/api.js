// Calls to the API, and the parts of a page that follow from them.

/** What the API says when it refuses: a sentence, the fields that cannot be taken, and after how
 * many seconds it would not. */
export class Refusal extends Error {
  constructor(message, status = 0, fields = [], wait = 0) {
    super(message);
    this.status = status;
    this.fields = fields;
    this.wait = wait;
  }
}

const UNREACHABLE = "The server cannot be reached. Please check the connection and try again.";
const UNEXPLAINED = "Something went wrong. Please try again.";

/** Asks the API; gives what it answers, or throws a Refusal. */
export async function call(method, path, body) {
  const request = { method, headers: {} };
  if (body !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  const response = await reach(path, request);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw refusal(response.status, answer);
  return answer;
}

/** The refusal that an answer amounts to. */
export function refusal(status, answer, wait = 0) {
  return new Refusal(answer?.error ?? UNEXPLAINED, status, answer?.errors, wait);
}

async function reach(path, request) {
  try {
    return await fetch(path, request);
  } catch {
    throw new Refusal(UNREACHABLE);
  }
}

/** Gives a page of this site as a document. */
export async function page(address) {
  const response = await reach(address, { headers: { Accept: "text/html" } });
  if (!response.ok) throw new Refusal(UNEXPLAINED, response.status);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** Tells those who listen rather than look. */
export function say(text) {
  document.getElementById("said").textContent = text;
}

/** Shows, or with no text hides, why something was refused. */
export function showRefusal(place, text) {
  place.textContent = text ?? "";
  place.hidden = !text;
}

let running = null;
let wanted = false;

/** Brings the page's live regions up to date; calls that come while it runs share one more run. */
export function refresh() {
  wanted = true;
  running ??= renewUntilCurrent().finally(() => (running = null));
  return running;
}

async function renewUntilCurrent() {
  while (wanted) {
    wanted = false;
    const fresh = await page(location.href);
    for (const region of document.querySelectorAll("[data-live]")) {
      const renewed = fresh.getElementById(region.id);
      if (renewed && renewed.innerHTML !== region.innerHTML) renew(region, renewed);
    }
  }
}

function renew(region, renewed) {
  for (const details of renewed.querySelectorAll("details[id]")) {
    const shown = document.getElementById(details.id);
    if (shown) details.open = shown.open;
  }
  region.replaceChildren(...renewed.childNodes);
}
