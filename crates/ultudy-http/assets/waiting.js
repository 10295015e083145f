// A lesson that is not there yet: asked for, watched, and shown once it is.

import { call } from "./api.js";
import { isOver, showProgress, watch } from "./jobs.js";

const place = document.getElementById("waiting");

place.querySelector("[data-again]").addEventListener("click", () => {
  delete place.dataset.failed;
  request();
});

async function request() {
  const { document: document_id, section: section_id } = place.dataset;
  try {
    const answer = await call("POST", "/api/lessons/generate", { document_id, section_id, priority: "high" });
    if (answer.job_id) follow(answer.job_id);
    else location.reload();
  } catch (refused) {
    fail(refused.message);
  }
}

function follow(id) {
  const ask = async () => [await call("GET", `/api/jobs/${id}`)];
  const stop = watch(`/api/jobs/${id}/events`, ask, (job) => {
    showProgress(place, job);
    if (!isOver(job)) return;
    stop();
    if (job.status === "completed") location.reload();
    else fail(job.error);
  });
}

function fail(reason) {
  place.querySelector(".reason").textContent = reason;
  place.dataset.failed = "";
}

if (!("failed" in place.dataset)) request();
