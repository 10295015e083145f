// What every page needs: dialogs, forms that speak to the API, and the browser's clock.

import { call, showRefusal } from "./api.js";

const YEAR = 365 * 24 * 60 * 60;

// The server writes days and hours by this clock.
const ahead = -new Date().getTimezoneOffset();
document.cookie = `utc_offset=${ahead}; path=/; max-age=${YEAR}; samesite=lax`;

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) open(opener);
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog").close();
});

/** Opens the dialog an element names, filled with what is known there. */
function open(opener) {
  const dialog = document.getElementById(opener.dataset.dialog);
  const known = { ...opener.closest("dialog")?.dataset, ...opener.dataset };
  delete known.dialog;
  Object.assign(dialog.dataset, known);
  for (const field of dialog.querySelectorAll("input:not([type=hidden]), select")) {
    if (field.name in known) field.value = known[field.name];
    field.removeAttribute("aria-invalid");
  }
  for (const place of dialog.querySelectorAll("[data-text]")) {
    place.textContent = known[place.dataset.text] ?? "";
  }
  for (const place of dialog.querySelectorAll(".refusal")) showRefusal(place);
  opener.closest("dialog")?.close();
  dialog.showModal();
}

document.addEventListener("submit", (event) => {
  if (!event.target.dataset.api) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

async function send(form, button) {
  const known = form.closest("dialog")?.dataset ?? {};
  const { api, method, then } = form.dataset;
  const place = form.querySelector(".refusal");
  showRefusal(place);
  button?.setAttribute("disabled", "");
  try {
    const path = fill(api, known);
    const answer = method === "DELETE" ? await remove(path) : await call(method, path, values(form));
    if (then === "reload") location.reload();
    else location.assign(fill(then, answer));
  } catch (refused) {
    button?.removeAttribute("disabled");
    mark(form, refused.fields ?? []);
    showRefusal(place, refused.message);
  }
}

/** Deletes what is there. What is gone already is as wanted: a proxy may have asked twice. */
async function remove(path) {
  try {
    return await call("DELETE", path);
  } catch (refused) {
    if (refused.status !== 404) throw refused;
    return {};
  }
}

function values(form) {
  const fields = [...new FormData(form)].map(([name, text]) => {
    const isBoolean = form.elements[name].dataset.type === "boolean";
    return [name, isBoolean ? text === "true" : text];
  });
  return Object.fromEntries(fields);
}

function mark(form, refused) {
  const names = refused.map((one) => one.field);
  for (const field of form.elements) {
    if (field.name) field.setAttribute("aria-invalid", String(names.includes(field.name)));
  }
  form.querySelector("[aria-invalid=true]")?.focus();
}

/** `/courses/{id}` with what `{id}` stands for. */
function fill(pattern, known) {
  return pattern.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(known[name]));
}

// Followed as a link it would change the address, which a lesson reads its place from.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});
