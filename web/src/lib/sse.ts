/** Reads a text/event-stream from a fetch body, because EventSource can neither POST nor send headers. */

export interface ServerSentEvent {
  /** The last id seen on the stream, also when this event carries none of its own. */
  id: string;
  event: string;
  data: string;
}

/** Splits text that arrives in arbitrary pieces into lines; knows LF, CRLF and CR. */
class Lines {
  private rest = "";

  push(text: string): string[] {
    const buffer = this.rest + text;
    const lines: string[] = [];
    let from = 0;
    for (let at = 0; at < buffer.length; at += 1) {
      const char = buffer[at];
      if (char !== "\n" && char !== "\r") continue;
      // A CR at the very end may be half of a CRLF: wait for the next piece.
      if (char === "\r" && at === buffer.length - 1) break;
      lines.push(buffer.slice(from, at));
      if (char === "\r" && buffer[at + 1] === "\n") at += 1;
      from = at + 1;
    }
    this.rest = buffer.slice(from);
    return lines;
  }
}

/**
 * Yields the events of a stream as they arrive. A half-sent event at the end is dropped, as the standard says.
 * Comments (keep-alives) yield nothing but call `onAlive`, so that a silent connection can be told from a dead one.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  onAlive?: () => void,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const lines = new Lines();
  let id = "";
  let event = "";
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onAlive?.();
      for (const line of lines.push(decoder.decode(value, { stream: true }))) {
        if (line === "") {
          if (data.length > 0) yield { id, event: event || "message", data: data.join("\n") };
          event = "";
          data = [];
          continue;
        }
        const colon = line.indexOf(":");
        if (colon === 0) continue;
        const field = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
        if (field === "data") data.push(value);
        else if (field === "event") event = value;
        else if (field === "id" && !value.includes("\0")) id = value;
      }
    }
  } finally {
    // The reader may already have failed; releasing it must not hide why.
    await reader.cancel().catch(() => undefined);
  }
}
