/**
 * "Is it you?": some requests are answered 403 until a password or code was given again. The dialog asks for it, and
 * the request goes out once more.
 */
import { ApiError } from "./api";
import { Store } from "./store";

const ASKED = "STEP_UP_REQUIRED";

/** The person closed the dialog: nothing happened, and nothing has to be said. */
export class Declined extends Error {}

export interface Question {
  answered: () => void;
  declined: () => void;
}

/** What the dialog is open for; null while it is closed. */
export const question = new Store<Question | null>(null);

function ask(): Promise<void> {
  return new Promise((resolve, reject) => {
    const close = (then: () => void) => () => {
      question.set(null);
      then();
    };
    question.set({ answered: close(resolve), declined: close(() => reject(new Declined())) });
  });
}

/** Does the work; where the server wants a proof first, asks for it and does the work again. */
export async function withProof<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApiError && error.code === ASKED)) throw error;
  }
  await ask();
  return work();
}
