// A one-time link: what lets somebody in stands behind the `#`, where no server and no log
// sees it. It goes into the form and out of the address.

const given = location.hash.slice(1);
if (given) {
  for (const field of document.querySelectorAll("input[name=link]")) field.value = given;
  for (const place of document.querySelectorAll("[data-link]")) place.hidden = false;
  for (const place of document.querySelectorAll("[data-no-link]")) place.hidden = true;
  history.replaceState(null, "", location.pathname + location.search);
}
