// The account page: a new API token, shown once.

import { call, showRefusal } from "./api.js";

const form = document.getElementById("new-token");
const made = document.getElementById("made-token");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const place = form.querySelector(".refusal");
  showRefusal(place);
  try {
    const { token } = await call("POST", "/api/me/tokens", { name: form.elements.name.value });
    made.querySelector("code").textContent = token;
    made.hidden = false;
    form.hidden = true;
  } catch (refused) {
    showRefusal(place, refused.message);
  }
});
