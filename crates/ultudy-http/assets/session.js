// A study session: begins with the first answer, ends when the page is left.

import { call } from "./api.js";

export class StudySession {
  #fields;
  #begun = null;
  #id = null;

  constructor(fields) {
    this.#fields = fields;
    window.addEventListener("pagehide", () => this.#complete());
  }

  /** Counts an answer; studying goes on whether or not it could be counted. */
  async track(correct, concept_id) {
    this.#begun ??= this.#begin();
    try {
      const id = await this.#begun;
      await call("POST", `/api/study-sessions/${id}/track-checkin`, { correct, concept_id });
    } catch (refused) {
      console.warn("this answer is not in the study session:", refused.message);
    }
  }

  async #begin() {
    const { session_id } = await call("POST", "/api/study-sessions/start", {
      ...this.#fields,
    });
    return (this.#id = session_id);
  }

  /** The page may be gone before an answer comes; `keepalive` outlives it. */
  #complete() {
    if (this.#id) fetch(`/api/study-sessions/${this.#id}/complete`, { method: "POST", keepalive: true });
    this.#id = this.#begun = null;
  }
}
