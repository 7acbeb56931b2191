import { QueryObserver } from "@tanstack/react-query";
import { afterEach, describe, expect, it, vi } from "vitest";
import { queryClient, readAgain } from "../src/lib/queries";

/** A read that answers when told to, with what the server knew when it was asked. */
function slowServer() {
  let knows = 0;
  const waiting: (() => void)[] = [];
  return {
    read: () => {
      const then = knows;
      return new Promise<number>((resolve) => waiting.push(() => resolve(then)));
    },
    learn: () => {
      knows += 1;
    },
    answer: () => waiting.shift()?.(),
    waiting,
  };
}

describe("readAgain", () => {
  afterEach(() => queryClient.clear());

  it.each([
    ["the first read", false],
    ["a later read", true],
  ])("shows what %s that is under way could not know yet", async (_name, loaded) => {
    const server = slowServer();
    const observer = new QueryObserver(queryClient, { queryKey: ["panel", "slow"], queryFn: server.read, staleTime: 0 });
    const stop = observer.subscribe(() => undefined);
    if (loaded) {
      server.answer();
      await vi.waitFor(() => expect(observer.getCurrentResult().data).toBe(0));
      void observer.refetch();
    }
    server.learn();
    void readAgain(["panel"]);
    await vi.waitFor(() => expect(server.waiting).toHaveLength(1));
    server.answer();
    await vi.waitFor(() => expect(server.waiting).toHaveLength(1));
    expect(observer.getCurrentResult().data).toBe(0);
    server.answer();
    await vi.waitFor(() => expect(observer.getCurrentResult().data).toBe(1));
    stop();
  });

  it("asks once more however often it was called meanwhile", async () => {
    const server = slowServer();
    const asked = vi.fn(server.read);
    const observer = new QueryObserver(queryClient, { queryKey: ["panel", "often"], queryFn: asked });
    const stop = observer.subscribe(() => undefined);
    const all = [readAgain(["panel"]), readAgain(["panel"]), readAgain(["panel"])];
    server.answer();
    await vi.waitFor(() => expect(server.waiting).toHaveLength(1));
    server.answer();
    await Promise.all(all);
    expect(asked).toHaveBeenCalledTimes(2);
    stop();
  });
});
