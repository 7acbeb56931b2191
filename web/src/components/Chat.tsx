import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ArrowDown } from "lucide-react";
import { Fragment, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { ApiError, send } from "../lib/api";
import { keepDraft } from "../lib/draft";
import { drop, resume, say, stop, turns } from "../lib/follow";
import { inOrder, messagesQuery, queryClient, readAgain } from "../lib/queries";
import { useStore } from "../lib/store";
import { relativeDay } from "../lib/time";
import { isOver, type Turn } from "../lib/turn";
import type { ChatMessage, Conversation, Me } from "../lib/types";
import { Composer, type ComposerHandle } from "./Composer";
import { EmptyChat } from "./EmptyChat";
import { LiveMessage, StewardMessage, UserMessage } from "./Message";
import { useStick } from "./useStick";

interface Props {
  me: Me;
  conversationId: string | null;
}

function Skeleton() {
  return (
    <div className="animate-late space-y-6 py-6" aria-hidden="true">
      <div className="ml-auto h-10 w-3/5 rounded-2xl bg-sunken" />
      <div className="h-20 w-4/5 rounded-2xl bg-sunken" />
    </div>
  );
}

function Gone({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const missing = error instanceof ApiError && (error.status === 404 || error.status === 422);
  return (
    <div className="py-16 text-center">
      <p className="text-lg font-semibold">{missing ? "This conversation does not exist." : "The messages could not be loaded."}</p>
      <p className="mt-1 text-muted">{missing ? "Just write below to begin a new one." : error.message}</p>
      {!missing && (
        <button type="button" onClick={onRetry} className="link mt-4">
          Try again
        </button>
      )}
    </div>
  );
}

function DayLine({ label }: { label: string }) {
  return <p className="text-center text-sm font-semibold text-muted">{label}</p>;
}

interface LogProps {
  messages: ChatMessage[];
  turn: Turn | undefined;
  zone: string;
  onUndo: () => void;
  onRetry: () => void;
}

/** The messages, with a line where a day begins, and the answer being written at the end. */
function Log({ messages, turn, zone, onUndo, onRetry }: LogProps) {
  const now = new Date();
  let day = "";
  const lastId = turn && !isOver(turn) ? "" : messages.at(-1)?.id;
  return (
    <>
      {messages.map((message) => {
        const label = relativeDay(new Date(message.created_at), zone, now);
        const newDay = label !== day;
        day = label;
        return (
          <Fragment key={message.id}>
            {newDay && <DayLine label={label} />}
            {message.role === "user" ? (
              <UserMessage text={message.content} at={message.created_at} zone={zone} />
            ) : (
              <StewardMessage message={message} zone={zone} onUndo={message.id === lastId ? onUndo : undefined} />
            )}
          </Fragment>
        );
      })}
      {turn && (
        <Fragment key={turn.messageId ?? "live"}>
          {day !== "Today" && <DayLine label="Today" />}
          {turn.text !== "" && <UserMessage text={turn.text} at={turn.startedAt} zone={zone} />}
          <LiveMessage turn={turn} zone={zone} onRetry={turn.text === "" ? undefined : onRetry} />
        </Fragment>
      )}
    </>
  );
}

/** Tells screen readers when an answer begins, and reads it once when it is complete instead of word by word. */
function Spoken({ turn, messages }: { turn: Turn | undefined; messages: ChatMessage[] }) {
  const busy = turn !== undefined && !isOver(turn);
  const wasBusy = useRef(false);
  const [text, setText] = useState("");
  const last = messages.at(-1);
  useEffect(() => {
    if (busy && !wasBusy.current) setText("Steward is answering.");
    if (!busy && wasBusy.current && last?.role === "assistant") setText(last.content);
    wasBusy.current = busy;
  }, [busy, last]);
  return (
    <p role="status" className="sr-only">
      {text}
    </p>
  );
}

/** The text could not be sent at all: it goes back into the box. */
function isUnsent(turn: Turn | undefined): turn is Turn {
  return turn !== undefined && turn.phase === "failed" && turn.messageId === null;
}

export function Chat({ me, conversationId }: Props) {
  const navigate = useNavigate();
  const composer = useRef<ComposerHandle>(null);
  const [trouble, setTrouble] = useState("");
  const [opening, setOpening] = useState(false);
  const turn = useStore(turns).get(conversationId ?? "");
  const empty = conversationId === null && !turn;
  const { pane, content, atEnd, toEnd } = useStick(!empty);
  const query = useInfiniteQuery({ ...messagesQuery(conversationId ?? ""), enabled: conversationId !== null });
  const zone = me.timezone;

  const stored = useMemo(() => inOrder(query.data), [query.data]);
  const running = stored.find((message) => message.role === "assistant" && message.status === "running");
  const shown = useMemo(
    // A turn that was found running has no text of its own: its question stays where it is stored.
    () => stored.filter(({ id, status }) => status !== "running" && id !== turn?.messageId && (turn?.text === "" || id !== turn?.userMessageId)),
    [stored, turn?.messageId, turn?.userMessageId, turn?.text],
  );
  const busy = opening || (turn !== undefined && !isOver(turn));

  useEffect(() => {
    if (conversationId !== null && running) resume(conversationId, running.id);
  }, [conversationId, running]);

  // The server has named the conversation by now: let it appear in the list before the answer is complete.
  const startedId = turn?.messageId ?? null;
  useEffect(() => {
    if (startedId !== null) void readAgain(["conversations"]);
  }, [startedId]);

  useEffect(() => {
    if (!isUnsent(turn)) return;
    composer.current?.restore(turn.text);
    keepDraft(me.id, turn.conversationId, turn.text);
    setTrouble(turn.error ?? "Your message could not be sent.");
    drop(turn.conversationId);
  }, [turn, me.id]);

  const sendText = useCallback(
    async (text: string): Promise<void> => {
      setTrouble("");
      toEnd();
      if (conversationId !== null && !(query.error instanceof ApiError)) {
        say(conversationId, text);
        return;
      }
      setOpening(true);
      try {
        const made = await send<Conversation>("POST", "/api/v1/chat/conversations", {});
        if (!made) throw new Error("The conversation could not be opened.");
        queryClient.setQueryData(messagesQuery(made.id).queryKey, { pages: [{ items: [], total: 0, has_next: false }], pageParams: [0] });
        say(made.id, text);
        await navigate({ to: "/c/$id", params: { id: made.id }, state: { opened: true } });
      } catch (error) {
        composer.current?.restore(text);
        keepDraft(me.id, conversationId, text);
        setTrouble(error instanceof Error ? error.message : "Your message could not be sent.");
      } finally {
        setOpening(false);
      }
    },
    [conversationId, query.error, navigate, me.id, toEnd],
  );

  const undo = useCallback(() => void sendText("undo that"), [sendText]);
  const retry = useCallback(() => {
    if (!turn) return;
    drop(turn.conversationId);
    void sendText(turn.text);
  }, [turn, sendText]);

  return (
    <section aria-label="Chat" className="flex min-h-0 flex-1 flex-col">
      <div className="relative min-h-0 flex-1">
        <div ref={pane} className="h-full overflow-y-auto overscroll-contain" tabIndex={empty ? -1 : 0} role="log" aria-live="off" aria-label="Messages">
          <div ref={content} className="mx-auto flex min-h-full w-full max-w-3xl flex-col px-4 sm:px-8">
            {empty ? (
              <div className="flex flex-1 flex-col justify-center">
                <EmptyChat me={me} onPick={(text) => void sendText(text)} />
              </div>
            ) : (
              <div className="space-y-6 py-6">
                <h2 className="sr-only">Conversation</h2>
                {query.hasNextPage && (
                  <p className="text-center">
                    <button type="button" className="link text-sm" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                      Show earlier messages
                    </button>
                  </p>
                )}
                {query.isPending && conversationId !== null && !turn && <Skeleton />}
                {query.error && !query.data && !turn && <Gone error={query.error} onRetry={() => void query.refetch()} />}
                <Log messages={shown} turn={isUnsent(turn) ? undefined : turn} zone={zone} onUndo={undo} onRetry={retry} />
              </div>
            )}
          </div>
        </div>
        {!atEnd && (
          <button
            type="button"
            onClick={toEnd}
            className="absolute bottom-3 left-1/2 inline-flex min-h-9 -translate-x-1/2 items-center gap-1.5 rounded-full border border-line bg-surface px-3.5 text-sm font-semibold shadow-card"
          >
            <ArrowDown className="size-4" aria-hidden="true" />
            Newest
          </button>
        )}
      </div>
      <Spoken turn={turn} messages={shown} />
      <div className="mx-auto w-full max-w-3xl px-3 pb-3 sm:px-8 sm:pb-6">
        {trouble && (
          <p role="alert" className="mb-2 rounded-xl bg-danger-soft px-4 py-2 text-sm text-danger">
            Not sent: {trouble}
          </p>
        )}
        <Composer
          key={conversationId ?? "new"}
          userId={me.id}
          conversationId={conversationId}
          busy={busy}
          stopping={turn?.phase === "stopping"}
          onSend={(text) => void sendText(text)}
          onStop={() => conversationId !== null && void stop(conversationId)}
          handle={composer}
        />
      </div>
    </section>
  );
}
