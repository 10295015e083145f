// A course: files are sent one after the other, and what becomes of them is shown.

import { call, refresh, refusal, Refusal, say, showRefusal } from "./api.js";
import { isOver, showProgress, watch } from "./jobs.js";

const form = document.getElementById("upload");
const sending = document.getElementById("sending");
const course = form.dataset.course;
const MEGABYTE = 1024 * 1024;
const TOO_MANY = 429;
const FORTNIGHT = 14 * 24 * 60 * 60;
const DISMISSED_MAX = 20;

// ---- The language of lessons

const language = document.getElementById("language");
let saved = language?.elements.language.value;
// One after the other: arrow keys choose faster than the server answers, and the last choice is to stand.
let saving = Promise.resolve();
language?.addEventListener("submit", (event) => event.preventDefault());
language?.addEventListener("change", () => (saving = saving.then(saveLanguage)));

async function saveLanguage() {
  const select = language.elements.language;
  const wanted = select.value;
  if (wanted === saved) return;
  const told = language.querySelector("[role=status]");
  told.textContent = "";
  showRefusal(language.querySelector(".refusal"));
  try {
    await call("PUT", "/api/me/preferences", { language: wanted || null });
    saved = wanted;
    told.textContent = "Saved, for new lessons and answers in all courses.";
  } catch (refused) {
    // What is shown is what holds.
    if (select.value === wanted) select.value = saved;
    showRefusal(language.querySelector(".refusal"), refused.message);
  }
}

// ---- Choosing files

form.addEventListener("submit", (event) => event.preventDefault());
form.elements.file.addEventListener("change", (event) => {
  take([...event.target.files]);
  event.target.value = "";
});
document.addEventListener("dragover", (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  form.classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) form.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  form.classList.remove("over");
  take([...event.dataTransfer.files]);
});

function holdsFiles(event) {
  return [...(event.dataTransfer?.types ?? [])].includes("Files");
}

function take(files) {
  const fields = { course_id: course, chapter: value("chapter"), material_type: value("material_type") };
  if (files.length === 1) fields.title = value("title");
  form.elements.title.value = "";
  for (const file of files) {
    const upload = { file, fields, row: addRow(file) };
    const fault = whyNot(file);
    if (fault) fail(upload, fault);
    else waiting.push(upload);
  }
  sendNext();
}

function value(name) {
  return form.elements[name].value;
}

/** Why the server would refuse a file, as far as can be told before it is sent. */
function whyNot(file) {
  const most = Number(form.dataset.bytesMax);
  if (file.size === 0) return "This file is empty.";
  if (file.size > most) {
    const size = Math.ceil(file.size / MEGABYTE);
    return `This file is too large: ${size} MB, and ${Math.floor(most / MEGABYTE)} MB is the most.`;
  }
  if (file.type !== "application/pdf" && !/\.pdf$/i.test(file.name)) return "This is not a PDF.";
  return null;
}

// ---- Sending them

const waiting = [];
let current = null;

function addRow(file) {
  const row = document.getElementById("sending-row").content.firstElementChild.cloneNode(true);
  row.querySelector(".name").textContent = file.name;
  row.querySelector("progress").setAttribute("aria-label", `Sending ${file.name}`);
  row.querySelector("button").setAttribute("aria-label", `Cancel: ${file.name}`);
  row.querySelector("button").addEventListener("click", () => giveUp(row));
  sending.append(row);
  return row;
}

function giveUp(row) {
  const place = waiting.findIndex((upload) => upload.row === row);
  if (place >= 0) waiting.splice(place, 1);
  if (current?.row === row) current.request?.abort();
  row.remove();
}

async function sendNext() {
  if (current) return;
  while ((current = waiting.shift())) {
    try {
      await send(current);
      await update();
      current.row.remove();
    } catch (refused) {
      if (refused.status === TOO_MANY && refused.wait > 0) await holdBack(current, refused.wait);
      else if (refused instanceof Refusal) fail(current, refused.message);
      else throw refused;
    }
  }
}

/** More files than may be sent within a minute: sends this one again as soon as it may be. */
async function holdBack(upload, seconds) {
  for (let left = seconds; left > 0 && upload.row.isConnected; left -= 1) {
    upload.row.querySelector(".stage").textContent = `Waiting: many files at once; goes on in ${left} s`;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  if (upload.row.isConnected) waiting.unshift(upload);
}

/** Sends one file; resolves when it has arrived or was given up. */
function send(upload) {
  const body = new FormData();
  for (const [name, text] of Object.entries(upload.fields)) body.append(name, text);
  body.append("file", upload.file);
  const request = new XMLHttpRequest();
  upload.request = request;
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) showSent(upload.row, event.loaded / event.total);
  });
  return new Promise((resolve, reject) => {
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(refusal(request.status, request.response, Number(request.getResponseHeader("Retry-After"))));
    });
    request.addEventListener("error", () => reject(new Refusal("The connection broke off. Please send the file again.")));
    request.addEventListener("abort", resolve);
    request.responseType = "json";
    request.open("POST", "/api/upload/pdf-structured");
    request.send(body);
  });
}

function showSent(row, share) {
  const percent = Math.floor(share * 100);
  row.querySelector("progress").value = percent;
  row.querySelector(".stage").textContent = percent < 100 ? `Sending, ${percent} %` : "Checking the file";
}

function fail({ row, file }, reason) {
  row.classList.add("failed");
  row.querySelector("progress").hidden = true;
  row.querySelector(".stage").textContent = reason;
  const button = row.querySelector("button");
  button.textContent = "Dismiss";
  button.setAttribute("aria-label", `Dismiss: ${file.name}`);
  say(`${file.name}: ${reason}`);
}

window.addEventListener("beforeunload", (event) => {
  if (current || waiting.length) event.preventDefault();
});

// ---- What becomes of them

let stop = null;

function watchWhileNeeded() {
  const isNeeded = document.querySelector("[data-in-flight]") !== null;
  if (isNeeded) stop ??= watch("/api/events", askForAll, onJob);
  else stop = stop?.() ?? null;
}

async function askForAll() {
  const rows = [...document.querySelectorAll("[data-in-flight]")];
  const answer = await call("POST", "/api/jobs/poll", { job_ids: rows.map((row) => row.dataset.job).slice(0, 100) });
  return answer.jobs;
}

async function onJob(job) {
  const row = document.querySelector(`[data-in-flight][data-job="${job.id}"]`);
  if (row && !isOver(job)) return showProgress(row, job);
  if (!row && !isFromElsewhere(job)) return;
  await update();
  if (isOver(job)) say(`${job.data.title}: ${job.error ?? "ready."}`);
}

/** Whether another tab sends it; what is sent here appears when it has arrived. */
function isFromElsewhere(job) {
  return !current && !isOver(job) && job.type === "upload_pdf" && job.data.course_id === course;
}

async function update() {
  try {
    await refresh();
  } catch (refused) {
    say(refused.message);
  }
  watchWhileNeeded();
}

document.getElementById("uploads").addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const row = button.closest("[data-job]");
  if ("dismiss" in button.dataset) dismiss(row.dataset.job);
  const action = ["cancel", "retry"].find((name) => name in button.dataset);
  try {
    if (action) await call("POST", `/api/jobs/${row.dataset.job}/${action}`);
  } catch (refused) {
    const place = row.querySelector(".stage, .reason");
    showRefusal(place, refused.message);
    return;
  }
  await update();
});

/** The server leaves a dismissed upload out, so that it does not flash up first. */
function dismiss(id) {
  const known = document.cookie.match(/(?:^|; )dismissed=([^;]*)/)?.[1];
  const ids = [...(known?.split(".") ?? []), id].slice(-DISMISSED_MAX);
  document.cookie = `dismissed=${ids.join(".")}; path=/; max-age=${FORTNIGHT}; samesite=lax`;
}

watchWhileNeeded();
