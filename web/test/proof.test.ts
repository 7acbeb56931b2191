import { describe, expect, it } from "vitest";
import { ApiError } from "../src/lib/api";
import { Declined, question, withProof } from "../src/lib/proof";

/** Work that the server refuses until a proof was given. */
function guarded() {
  const state = { proved: false, tries: 0 };
  const work = async (): Promise<string> => {
    state.tries += 1;
    if (!state.proved) throw new ApiError(403, "Prove that it is you.", "STEP_UP_REQUIRED");
    return "done";
  };
  return { state, work };
}

const asked = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe("work that needs a proof", () => {
  it("is done again once the proof was given", async () => {
    const { state, work } = guarded();
    const done = withProof(work);
    await asked();
    state.proved = true;
    question.get()?.answered();
    expect(await done).toBe("done");
    expect([state.tries, question.get()]).toEqual([2, null]);
  });

  it("is not done where the person closes the question", async () => {
    const { state, work } = guarded();
    const done = withProof(work);
    await asked();
    question.get()?.declined();
    await expect(done).rejects.toBeInstanceOf(Declined);
    expect(state.tries).toBe(1);
  });

  it("is not asked about for any other refusal", async () => {
    const refused = new ApiError(403, "Not yours.", "FORBIDDEN");
    await expect(withProof(() => Promise.reject(refused))).rejects.toBe(refused);
    expect(question.get()).toBe(null);
  });
});
