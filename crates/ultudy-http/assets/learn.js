// A lesson: one step at a time (the style sheet shows the one the address names), questions
// answered by click or key, graded by the server.

import { call, page, say, showRefusal } from "./api.js";
import { listen } from "./own_words.js";
import { StudySession } from "./session.js";

const lesson = document.getElementById("lesson");
const rail = document.getElementById("rail");
const steps = [...lesson.querySelectorAll(":scope > .step")];
const { lesson: lessonId, document: document_id, section, course: course_id, chapter } = lesson.dataset;
const reasonsAt = section ? `/learn/${section}/reasons/` : `/learn/document/${document_id}/reasons/`;
const session = new StudySession({ session_type: "lesson", document_id, course_id, chapter });

// ---- Answers given in this tab, kept over a reload: check-in → {letter, correct}

const KEY = `lesson:${lessonId}`;
const answers = recall();

function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function remember(id, given) {
  answers[id] = given;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(answers));
  } catch (error) {
    console.warn("answers will not outlive this page:", error.message);
  }
}

// ---- Steps

function currentStep() {
  return steps.find((step) => `#${step.id}` === location.hash) ?? steps[0];
}

/** Shows a step without filling the browser's history: Back leaves the lesson. */
function go(step) {
  if (step) location.replace(`#${step.id}`);
}

function neighbour(by) {
  return steps[steps.indexOf(currentStep()) + by];
}

function arrive() {
  const step = currentStep();
  for (const link of rail.querySelectorAll("a")) {
    if (link.hash === `#${step.id}`) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  }
  if (rail.matches(":popover-open")) rail.hidePopover();
  if (step.id === "finish") showScore();
  for (const checkIn of step.querySelectorAll("[data-check-in]:not(.answered)")) {
    if (checkIn.dataset.checkIn in answers) restore(checkIn);
  }
}

window.addEventListener("hashchange", () => {
  // ---- Formulas

/** Whether the root's sign is drawn: it needs a font that has it, and takes room. */
function drawsRoots() {
  const probe = document.createElement("p");
  probe.className = "unseen";
  probe.innerHTML = "<math><msqrt><mi>x</mi></msqrt></math><math><mi>x</mi></math>";
  document.body.append(probe);
  const [root, plain] = [...probe.children].map((math) => math.getBoundingClientRect().width);
  probe.remove();
  return root > plain;
}

document.body.classList.toggle("rootless", !drawsRoots());
arrive();
  currentStep().querySelector("h2").focus({ preventScroll: true });
});

document.addEventListener("click", (event) => {
  const link = event.target.closest('#main a[href^="#"]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(steps.find((step) => `#${step.id}` === link.hash));
});

// ---- Questions

lesson.addEventListener("click", (event) => {
  const checkIn = event.target.closest(".check-in");
  const option = event.target.closest(".option");
  if (option) answer(checkIn, option);
  if (event.target.closest("[data-continue]")) goOn(checkIn);
});

listen(lesson, (question, graded) => {
  showMastery(question, graded.mastery_update);
  session.track(graded.correct, graded.mastery_update.concept_id);
});

async function answer(checkIn, option) {
  if (checkIn.matches(".answered, [aria-busy=true]")) return;
  const place = checkIn.querySelector(":scope > .refusal");
  const id = checkIn.dataset.checkIn;
  checkIn.setAttribute("aria-busy", "true");
  option.classList.add("chosen");
  showRefusal(place);
  try {
    const grading = call("POST", "/api/check-ins/submit", { check_in_id: id, answer: option.dataset.answer });
    const [graded, reasons] = await Promise.all([grading, page(reasonsAt + id)]);
    remember(id, { letter: option.dataset.letter, correct: graded.correct });
    show(checkIn, option, reasons);
    showMastery(checkIn, graded.mastery_update);
    session.track(graded.correct, graded.mastery_update.concept_id);
    checkIn.querySelector("[data-continue]").focus({ preventScroll: true });
  } catch (refused) {
    option.classList.remove("chosen");
    showRefusal(place, refused.message);
  } finally {
    checkIn.removeAttribute("aria-busy");
  }
}

async function restore(checkIn) {
  const id = checkIn.dataset.checkIn;
  const option = checkIn.querySelector(`[data-letter="${CSS.escape(answers[id].letter)}"]`);
  try {
    show(checkIn, option, await page(reasonsAt + id));
  } catch (refused) {
    showRefusal(checkIn.querySelector(":scope > .refusal"), refused.message);
  }
}

/** Shows which option is right and why each is or is not. */
function show(checkIn, chosen, reasons) {
  let right;
  for (const option of checkIn.querySelectorAll(".option")) {
    const letter = CSS.escape(option.dataset.letter);
    const reason = reasons.querySelector(`[data-letter="${letter}"]`);
    const isRight = reason !== null && "correct" in reason.dataset;
    if (isRight) right = option;
    option.classList.add(isRight ? "right" : "wrong");
    option.classList.toggle("chosen", option === chosen);
    option.setAttribute("aria-disabled", "true");
    option.querySelector(".outcome").textContent = outcome(isRight, option === chosen);
    const why = option.parentElement.querySelector(".why");
    if (reason) why.replaceChildren(reason);
    why.hidden = !reason;
  }
  const place = right?.querySelector("kbd").textContent;
  const verdict = checkIn.querySelector(".verdict");
  verdict.querySelector(".result").textContent = right === chosen ? "Right." : `Not quite. The right answer is ${place}.`;
  verdict.hidden = false;
  checkIn.classList.add("answered", right === chosen ? "was-right" : "was-wrong");
}

function outcome(isRight, isChosen) {
  if (isRight) return isChosen ? "your answer, right" : "the right answer";
  return isChosen ? "your answer, not right" : "";
}

function showMastery(checkIn, update) {
  const words = rail.querySelector(`.legend [data-state="${update.new_state}"]`).textContent;
  for (const place of document.querySelectorAll(`[data-concept="${update.concept_id}"]`)) {
    place.querySelector(".mark").className = `mark ${update.new_state}`;
    const state = place.querySelector(".state");
    state.textContent = state.classList.contains("unseen") ? `, ${words}` : words;
  }
  const result = checkIn.querySelector(".result");
  const has = update.new_state === update.old_state ? "is still" : "is now";
  result.textContent += ` ${update.concept} ${has}: ${words}.`;
  say(result.textContent);
}

/** After an answered question: the next open one here, else the next step. */
function goOn(checkIn) {
  const open = openIn(checkIn.closest(".step"));
  if (open) approach(open);
  else go(neighbour(1));
}

function openIn(step) {
  return step.querySelector(".check-in:not(.answered)");
}

function approach(checkIn) {
  checkIn.scrollIntoView({ block: "start" });
  checkIn.querySelector(".option, textarea").focus({ preventScroll: true });
}

function showScore() {
  const total = lesson.querySelectorAll("[data-check-in]").length;
  const given = Object.values(answers);
  if (given.length === 0) return;
  const right = given.filter((one) => one.correct).length;
  const open = total - given.length;
  const rest = open > 0 ? ` ${open === 1 ? "1 question is" : `${open} questions are`} still open.` : "";
  document.getElementById("score").textContent = `${right} of ${given.length} answers were right.${rest}`;
}

document.getElementById("again").addEventListener("click", () => {
  sessionStorage.removeItem(KEY);
  location.replace("#overview");
  location.reload();
});

// ---- Keys

document.addEventListener("keydown", (event) => {
  const isTaken = event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented;
  const isElsewhere = event.target.closest("input, select, textarea, dialog, [popover]:popover-open");
  if (isTaken || isElsewhere) return;
  if (/^[1-4]$/.test(event.key)) choose(Number(event.key) - 1, event.target);
  else if (event.key === "ArrowRight" && !scrolls(event.target)) go(neighbour(1));
  else if (event.key === "ArrowLeft" && !scrolls(event.target)) go(neighbour(-1));
  else if (event.key === "Enter" && !event.target.closest("a, button, summary")) goOn(currentStep());
});

/** A question still out of sight is shown first: nobody answers what they have not seen. */
function choose(index, target) {
  const checkIn = target.closest("[data-check-in]:not(.answered)") ?? currentStep().querySelector("[data-check-in]:not(.answered)");
  if (!checkIn) return;
  const options = checkIn.querySelectorAll(".option");
  const { top } = checkIn.getBoundingClientRect();
  if (top > innerHeight * 0.9) approach(checkIn);
  else if (options[index]) answer(checkIn, options[index]);
}

function scrolls(target) {
  const box = target.closest(".scroll, .formula, pre");
  return box !== null && box.scrollWidth > box.clientWidth;
}

// ---- Formulas

/** Whether the root's sign is drawn: it needs a font that has it, and takes room. */
function drawsRoots() {
  const probe = document.createElement("p");
  probe.className = "unseen";
  probe.innerHTML = "<math><msqrt><mi>x</mi></msqrt></math><math><mi>x</mi></math>";
  document.body.append(probe);
  const [root, plain] = [...probe.children].map((math) => math.getBoundingClientRect().width);
  probe.remove();
  return root > plain;
}

document.body.classList.toggle("rootless", !drawsRoots());
arrive();
