// Questions, and explanations once more: the answer is shown as it is written.

import { Refusal, refusal, say, showRefusal } from "./api.js";

const BROKEN = "The answer broke off. Please ask again.";

for (const form of document.querySelectorAll(".ask form")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { course, document: document_id } = form.dataset;
    const question = form.querySelector("textarea").value;
    const of = course ? { course_id: course } : { document_id };
    show(form.parentElement, "/api/ask", { ...of, question });
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".explain [data-kind]");
  if (button) {
    const { explainedConcept, explainedSection } = button.parentElement.dataset;
    const kind = button.dataset.kind;
    const of = explainedConcept ? { concept_id: explainedConcept } : { section_id: explainedSection };
    show(button.closest(".ask"), "/api/explain", { ...of, kind });
  }
  const stop = event.target.closest("[data-stop]");
  if (stop) underWay.get(stop.closest(".ask"))?.abort();
});

/** What is being answered, by the place where it is shown. */
const underWay = new Map();

async function show(place, path, question) {
  underWay.get(place)?.abort();
  const request = new AbortController();
  underWay.set(place, request);
  const shown = new Shown(place);
  try {
    for await (const { name, data } of events(path, question, request.signal)) shown.take(name, data);
    shown.end();
  } catch (refused) {
    // What the browser calls a connection that breaks says nothing to a student.
    const message = refused instanceof Refusal ? refused.message : BROKEN;
    if (underWay.get(place) === request) shown.fail(request.signal.aborted ? "" : message);
  } finally {
    if (underWay.get(place) === request) {
      underWay.delete(place);
      shown.rest();
    }
  }
}

/** The events of an answer; leaving the loop, or the signal, ends it on the server, too. */
async function* events(path, question, signal) {
  const body = JSON.stringify(question);
  const headers = { "Content-Type": "application/json", Accept: "text/event-stream" };
  let response;
  try {
    response = await fetch(path, { method: "POST", headers, body, signal });
  } catch (error) {
    throw signal.aborted ? error : new Refusal("The server cannot be reached. Please check the connection and try again.");
  }
  if (!response.ok) throw refusal(response.status, await response.json().catch(() => ({})));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = parse(block);
      if (event) yield event;
    }
  }
}

function parse(block) {
  let name = "";
  let data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) name = line.slice(7);
    else if (line.startsWith("data: ")) data += line.slice(6);
  }
  return data ? { name, data: JSON.parse(data) } : null;
}

/** Where an answer is shown. */
class Shown {
  constructor(place) {
    this.answer = place.querySelector(":scope > .answer");
    this.text = this.answer.querySelector(".prose");
    this.notice = this.answer.querySelector(".notice");
    this.from = this.answer.querySelector(".from");
    this.refusal = place.querySelector(":scope > .refusal");
    this.sources = [];
    this.isDone = false;
    showRefusal(this.refusal);
    this.text.replaceChildren();
    this.text.classList.add("coming");
    this.notice.hidden = true;
    this.from.replaceChildren();
    this.answer.querySelector("[data-stop]").hidden = false;
    this.answer.setAttribute("aria-busy", "true");
    this.answer.hidden = false;
    say("An answer is being written.");
  }

  take(name, data) {
    if (name === "sources") this.sources = data.sources;
    else if (name === "text") this.text.append(data.text);
    else if (name === "restart") this.text.replaceChildren();
    else if (name === "done") this.done(data);
    else if (name === "error") throw new Refusal(data.error);
  }

  /** The whole answer, as the server has set it: it is safe to show. */
  done(answer) {
    const set = new DOMParser().parseFromString(answer.html, "text/html");
    this.text.classList.remove("coming");
    this.text.replaceChildren(...set.body.childNodes);
    const isModels = answer.by === "model";
    this.notice.textContent = !isModels || answer.grounded ? "" : "This does not say where in your material it is from. Do not rely on it.";
    this.notice.hidden = this.notice.textContent === "";
    const cited = this.sources.filter((source) => answer.cited.includes(source.number));
    if (cited.length > 0) this.from.append(isModels ? "Written by a language model, from " : "From ");
    for (const [place, source] of cited.entries()) {
      if (place > 0) this.from.append(" · ");
      this.from.append(link(source));
    }
    this.isDone = true;
    say(this.text.textContent);
  }

  end() {
    if (!this.isDone) throw new Refusal(BROKEN);
  }

  fail(message) {
    if (this.text.textContent === "") this.answer.hidden = true;
    showRefusal(this.refusal, message);
  }

  rest() {
    this.answer.querySelector("[data-stop]").hidden = true;
    this.answer.removeAttribute("aria-busy");
  }
}

function link(source) {
  const element = document.createElement("a");
  element.href = `/read/${source.section_id}#page-${source.page_start}`;
  const pages = source.page_end > source.page_start ? `pages ${source.page_start}–${source.page_end}` : `page ${source.page_start}`;
  element.textContent = `${source.title}, ${pages}`;
  element.title = source.document_title;
  element.dir = "auto";
  return element;
}
