// Owns the buttons that were pressed and are not answered yet: their spinners, until the answer or a while later.

const ANSWER_MS = 30000;

/** Answers may arrive before the press itself returns, so both orders are matched. */
export class Presses {
  constructor() {
    this.waiting = new Map();
    this.early = new Set();
    this.begun = 0;
  }

  /** Whether an answer may be for a button here. */
  expects(id) {
    return this.waiting.has(id) || this.begun > 0;
  }

  /** Shows that `button` waits for what `press()` begins; `press` resolves to the id of the callback query. */
  async begin(button, press) {
    const done = () => {
      button.classList.remove("busy");
      button.removeAttribute("aria-busy");
    };
    button.classList.add("busy");
    button.setAttribute("aria-busy", "true");
    this.begun += 1;
    try {
      const id = await press();
      if (this.early.delete(id)) return done();
      this.waiting.set(id, done);
      setTimeout(() => this.end(id), ANSWER_MS);
    } catch (error) {
      done();
      throw error;
    } finally {
      this.begun -= 1;
    }
    return undefined;
  }

  /** The query was answered. */
  answered(id) {
    if (!this.end(id)) this.early.add(id);
  }

  end(id) {
    const done = this.waiting.get(id);
    this.waiting.delete(id);
    if (done) done();
    return Boolean(done);
  }
}
