// A set of questions, one after the other, answered by click or key. What a lesson holds is
// graded by the server and moves mastery; what was made just now is not kept.

import { call, say, showRefusal } from "./api.js";
import { StudySession } from "./session.js";

const set = document.getElementById("set");
const session = new StudySession({ session_type: "practice", course_id: set?.dataset.course });
let right = 0;

set?.addEventListener("click", (event) => {
  const checkIn = event.target.closest(".check-in");
  const option = event.target.closest(".option");
  if (option) answer(checkIn, option);
  if (event.target.closest("[data-continue]")) goOn();
});

async function answer(checkIn, option) {
  if (checkIn.matches(".answered, [aria-busy=true]")) return;
  const place = checkIn.querySelector(":scope > .refusal");
  const id = checkIn.dataset.checkIn;
  checkIn.setAttribute("aria-busy", "true");
  showRefusal(place);
  try {
    const graded = id && (await call("POST", "/api/check-ins/submit", { check_in_id: id, answer: option.dataset.answer }));
    const correct = graded ? graded.correct : "correct" in option.dataset;
    show(checkIn, option, correct, graded?.mastery_update);
    session.track(correct, graded?.mastery_update.concept_id);
  } catch (refused) {
    showRefusal(place, refused.message);
  } finally {
    checkIn.removeAttribute("aria-busy");
  }
}

/** Shows which option is right and why each is or is not. */
function show(checkIn, chosen, correct, update) {
  for (const option of checkIn.querySelectorAll(".option")) {
    const isRight = "correct" in option.dataset;
    option.classList.add(isRight ? "right" : "wrong");
    option.classList.toggle("chosen", option === chosen);
    option.setAttribute("aria-disabled", "true");
    option.querySelector(".outcome").textContent = outcome(isRight, option === chosen);
    option.parentElement.querySelector(".why").hidden = false;
  }
  const verdict = checkIn.querySelector(".verdict");
  const result = verdict.querySelector(".result");
  const moved = update && update.new_state !== update.old_state ? ` ${update.concept}: ${update.new_state.replace("_", " ")}.` : "";
  result.textContent = (correct ? "Right." : "Not quite.") + moved;
  verdict.hidden = false;
  checkIn.classList.add("answered", correct ? "was-right" : "was-wrong");
  if (correct) right += 1;
  say(result.textContent);
  verdict.querySelector("[data-continue]").focus({ preventScroll: true });
  tell();
}

function outcome(isRight, isChosen) {
  if (isRight) return isChosen ? "your answer, right" : "the right answer";
  return isChosen ? "your answer, not right" : "";
}

function tell() {
  const all = set.querySelectorAll(".check-in").length;
  const given = set.querySelectorAll(".check-in.answered").length;
  const text = `${right} of ${given} right`;
  document.getElementById("progress").textContent = given < all ? `${text}, ${all - given} to go` : text;
  document.getElementById("score").textContent = `${right} of ${all} answers were right.`;
}

/** The next open question, else the end. */
function goOn() {
  const open = set.querySelector(".check-in:not(.answered)");
  const done = document.getElementById("done");
  if (open) {
    open.scrollIntoView({ block: "start" });
    open.querySelector(".option").focus({ preventScroll: true });
  } else {
    done.hidden = false;
    done.scrollIntoView({ block: "end" });
    done.focus({ preventScroll: true });
  }
}

document.getElementById("again")?.addEventListener("click", () => location.reload());

document.addEventListener("keydown", (event) => {
  const isTaken = event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented;
  if (!set || isTaken || event.target.closest("input, select, textarea, dialog")) return;
  if (/^[1-4]$/.test(event.key)) {
    const checkIn = event.target.closest(".check-in:not(.answered)") ?? set.querySelector(".check-in:not(.answered)");
    const option = checkIn?.querySelectorAll(".option")[Number(event.key) - 1];
    if (option) answer(checkIn, option);
  } else if (event.key === "Enter" && !event.target.closest("a, button, summary")) goOn();
});
