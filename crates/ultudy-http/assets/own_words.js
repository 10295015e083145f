// Questions answered in the student's own words: sent to the server, which grades them.

import { call, say, showRefusal } from "./api.js";

/** Grades the answers given in `lesson`; tells of each by `graded(question, answer)`. */
export function listen(lesson, graded) {
  lesson.addEventListener("submit", (event) => {
    const question = event.target.closest(".own-words");
    if (!question) return;
    event.preventDefault();
    submit(question, graded);
  });
  lesson.addEventListener("keydown", (event) => {
    const isSend = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (isSend && event.target.matches(".own-words textarea")) event.target.form.requestSubmit();
  });
}

async function submit(question, graded) {
  if (question.matches("[aria-busy=true]")) return;
  const place = question.querySelector(":scope > .refusal");
  const answer = question.querySelector("textarea").value;
  question.setAttribute("aria-busy", "true");
  showRefusal(place);
  try {
    const check_in_id = question.dataset.textCheckIn;
    const given = await call("POST", "/api/check-ins/submit", { check_in_id, answer, evaluation_mode: "llm" });
    show(question, given);
    graded(question, given);
  } catch (refused) {
    showRefusal(place, refused.message);
  } finally {
    question.removeAttribute("aria-busy");
  }
}

/** The answer may be bettered and sent again. */
function show(question, given) {
  question.querySelector(".feedback").textContent = given.feedback;
  const lines = given.misconceptions.map((text) => {
    const line = document.createElement("li");
    line.textContent = text;
    return line;
  });
  question.querySelector(".misconceptions").replaceChildren(...lines);
  question.querySelector(".expected").textContent = given.expected_answer;
  question.querySelector(".graded").hidden = false;
  const verdict = question.querySelector(".verdict");
  verdict.querySelector(".result").textContent = `${given.score} of 100.`;
  verdict.hidden = false;
  question.classList.add("answered");
  question.classList.toggle("was-right", given.correct);
  question.classList.toggle("was-wrong", !given.correct);
  say(`${given.score} of 100. ${given.feedback}`);
  verdict.querySelector("[data-continue]").focus({ preventScroll: true });
}
