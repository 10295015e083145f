// Watching jobs: by server-sent events, by asking again and again where those fail.

const EVENTS = ["progress", "completed", "failed"];
const PAUSE = 2000;

/**
 * Tells `onJob` of every change at `address` until the returned function is called. `ask`
 * gives the jobs themselves: after an interruption, and again and again once the stream
 * cannot be had.
 */
export function watch(address, ask, onJob) {
  let stopped = false;
  let timer;
  const tell = (job) => stopped || onJob(job);
  const source = new EventSource(address);
  for (const name of EVENTS) {
    source.addEventListener(name, (event) => tell(JSON.parse(event.data)));
  }
  let wasOpen = false;
  source.addEventListener("open", () => {
    if (wasOpen) look();
    wasOpen = true;
  });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) poll();
  });
  async function poll() {
    if (stopped) return;
    await look();
    timer = setTimeout(poll, PAUSE);
  }
  async function look() {
    try {
      (await ask()).forEach(tell);
    } catch (refused) {
      console.warn("still waiting:", refused.message);
    }
  }
  return () => {
    stopped = true;
    source.close();
    clearTimeout(timer);
  };
}

/** Whether nothing more will come of a job by itself. */
export function isOver(job) {
  return job.status === "completed" || job.status === "failed";
}

/** Shows how far a job is: a `progress` and a `.stage` inside `place`. */
export function showProgress(place, job) {
  place.querySelector("progress").value = job.progress;
  place.querySelector(".stage").textContent = words(job);
}

function words(job) {
  const all = document.getElementById("stages").content;
  // Behind some stages' names stands at which of how many pages: `transcribing 3/40`.
  const [stage, place] = (job.status === "queued" ? "queued" : job.stage).split(" ");
  const known = all.querySelector(`[data-stage="${CSS.escape(stage)}"]`);
  const said = known?.textContent ?? "Working on it";
  return place ? `${said}: ${place.replace("/", " of ")}` : said;
}
