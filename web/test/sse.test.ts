import { describe, expect, it } from "vitest";
import { readEvents, type ServerSentEvent } from "../src/lib/sse";

function body(...pieces: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(typeof piece === "string" ? encoder.encode(piece) : piece);
      controller.close();
    },
  });
}

async function all(stream: ReadableStream<Uint8Array>): Promise<ServerSentEvent[]> {
  const found: ServerSentEvent[] = [];
  for await (const event of readEvents(stream)) found.push(event);
  return found;
}

describe("readEvents", () => {
  it("reads id and data of each event", async () => {
    expect(await all(body('id: 1\ndata: {"a":1}\n\nid: 2\ndata: {"a":2}\n\n'))).toEqual([
      { id: "1", event: "message", data: '{"a":1}' },
      { id: "2", event: "message", data: '{"a":2}' },
    ]);
  });

  it("reads the same events wherever the pieces are cut", async () => {
    const text = "id: 7\r\nevent: x\r\ndata: eins ä\r\ndata: zwei €\r\n\r\n: keep-alive\r\n\r\ndata: 🌅\r\n\r\n";
    const bytes = new TextEncoder().encode(text);
    const whole = await all(body(bytes));
    expect(whole.map((event) => event.data)).toEqual(["eins ä\nzwei €", "🌅"]);
    for (let cut = 1; cut < bytes.length; cut += 1) expect(await all(body(bytes.slice(0, cut), bytes.slice(cut)))).toEqual(whole);
  });

  it("understands lone carriage returns and fields without a space", async () => {
    expect(await all(body("data:a\r\rdata\r\r"))).toEqual([{ id: "", event: "message", data: "a" }]);
  });

  it("keeps the last id for events without one", async () => {
    expect((await all(body("id: 3\ndata: a\n\ndata: b\n\n"))).map((event) => event.id)).toEqual(["3", "3"]);
  });

  it("drops an event that was cut off and ignores comments", async () => {
    expect(await all(body(": hello\n\ndata: whole\n\ndata: half"))).toHaveLength(1);
  });

  it("reports every sign of life", async () => {
    let signs = 0;
    for await (const event of readEvents(body(": a\n\n", ": b\n\n", "data: c\n\n"), () => (signs += 1))) expect(event.data).toBe("c");
    expect(signs).toBe(3);
  });

  it("ends with the reason when the connection breaks", async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error("cut"));
      },
    });
    await expect(all(broken)).rejects.toThrow("cut");
  });
});
