/** Everything the app reads from the server, as queries, and the few writes of the day panel. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  QueryClient,
  queryOptions,
  type InfiniteData,
} from "@tanstack/react-query";
import { ApiError, Away, get, send } from "./api";
import { wear } from "./theme";
import { addDays, speakAs, startOfDay } from "./time";
import { stepsAsActions, type Turn } from "./turn";
import type { CalendarEvent, ChatMessage, Conversation, Me, Notice, Page, Reminder, Task } from "./types";

const NOTICES_EVERY_MS = 5000;
/** The panel is also read after every answer, every notice and every return to the page; see docs/web.md. */
const PANEL_EVERY_MS = 15_000;
const MESSAGES_A_PAGE = 50;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: "always",
      staleTime: 4000,
      retry: (failures, error) => error instanceof Away && failures < 1,
      refetchOnWindowFocus: true,
    },
    mutations: { networkMode: "always" },
  },
});

/** Polls at the given pace, slower when the server asks for patience. */
function pace(everyMs: number) {
  return (query: { state: { error: Error | null } }): number => {
    const error = query.state.error;
    if (error instanceof ApiError && error.status === 429) return Math.max(everyMs, (error.retryAfterSeconds ?? 30) * 1000);
    return everyMs;
  };
}

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async ({ signal }) => {
    const me = await get<Me>("/api/v1/users/me", signal);
    // Before anything that shows a time is drawn.
    speakAs(me.language);
    wear(me.theme);
    return me;
  },
  staleTime: Number.POSITIVE_INFINITY,
  retry: (_failures, error) => error instanceof Away,
  retryDelay: (failures) => Math.min(1000 * 2 ** failures, 10_000),
});

export const conversationsQuery = (limit: number) =>
  queryOptions({
    queryKey: ["conversations", limit],
    queryFn: ({ signal }) => get<Page<Conversation>>(`/api/v1/chat/conversations?limit=${limit}&messages=0`, signal),
    placeholderData: keepPreviousData,
  });

export const messagesQuery = (conversationId: string) =>
  infiniteQueryOptions({
    queryKey: ["messages", conversationId],
    queryFn: ({ pageParam, signal }) =>
      get<Page<ChatMessage>>(
        `/api/v1/chat/conversations/${conversationId}/messages?limit=${MESSAGES_A_PAGE}&offset=${pageParam}&sort=created_at:desc`,
        signal,
      ),
    initialPageParam: 0,
    getNextPageParam: (last: Page<ChatMessage>, pages: Page<ChatMessage>[]) =>
      last.has_next ? pages.reduce((count, page) => count + page.items.length, 0) : undefined,
    // A conversation changes only through answers, which refresh it themselves.
    staleTime: 60_000,
    // Except where it goes on in another tab or on the phone.
    refetchOnWindowFocus: "always",
  });

interface Events {
  data: { events: CalendarEvent[] };
}

export const eventsQuery = (today: string, zone: string) =>
  queryOptions({
    queryKey: ["panel", "events", today, zone],
    queryFn: async ({ signal }) => {
      const from = startOfDay(today, zone).toISOString();
      const to = startOfDay(addDays(today, 2), zone).toISOString();
      const found = await get<Events>(`/v1/calendar/events?start_date=${from}&end_date=${to}`, signal);
      return found.data.events
        .filter((event) => event.status !== "cancelled")
        .sort((one, two) => Date.parse(one.start_time) - Date.parse(two.start_time));
    },
    refetchInterval: pace(PANEL_EVERY_MS),
  });

export const TASKS_KEY = ["panel", "tasks"];

export const tasksQuery = queryOptions({
  queryKey: TASKS_KEY,
  queryFn: ({ signal }) => get<Page<Task>>("/api/v1/tasks?status=pending&limit=20", signal),
  refetchInterval: pace(PANEL_EVERY_MS),
});

export const remindersQuery = queryOptions({
  queryKey: ["panel", "reminders"],
  queryFn: async ({ signal }) => {
    const page = await get<Page<Reminder>>("/api/v1/reminders?status=pending&limit=20", signal);
    return { ...page, items: [...page.items].sort((one, two) => Date.parse(one.due_at) - Date.parse(two.due_at)) };
  },
  refetchInterval: pace(PANEL_EVERY_MS),
});

interface Notices {
  data: { notifications: Notice[]; pagination: { total: number } };
}

export const NOTICES_KEY = ["notices"];

export const noticesQuery = queryOptions({
  queryKey: NOTICES_KEY,
  queryFn: async ({ signal }) => (await get<Notices>("/v1/notifications?read=false&limit=20", signal)).data,
  refetchInterval: pace(NOTICES_EVERY_MS),
});

/** Marks one notice as read, or all of them. */
export async function markRead(id: string | null): Promise<void> {
  await send("PUT", id === null ? "/v1/notifications/read-all" : `/v1/notifications/${id}/read`);
  await queryClient.invalidateQueries({ queryKey: NOTICES_KEY });
}

/**
 * Reads what is on screen again, so that what comes was asked for after this moment. A read under way may have looked
 * before the change: it is let finish, so that a slow server is not asked for ever without an answer being shown, and
 * is followed by another. (Left alone, the query client would join a first read and take its old answer for news.)
 */
export async function readAgain(queryKey: readonly string[]): Promise<void> {
  const reads = queryClient.getQueryCache().findAll({ queryKey }).map(async (query) => {
    const again = (): Promise<void> => queryClient.invalidateQueries({ queryKey: query.queryKey, exact: true }, { cancelRefetch: false });
    const underWay = query.state.fetchStatus !== "idle";
    await again();
    if (underWay) await again();
  });
  await Promise.all(reads);
}

export function refreshPanel(): void {
  void readAgain(["panel"]);
  void readAgain(NOTICES_KEY);
}

/** All messages of a conversation, oldest first, each once. */
export function inOrder(data: InfiniteData<Page<ChatMessage>> | undefined): ChatMessage[] {
  const byId = new Map<string, ChatMessage>();
  for (const page of data?.pages ?? []) for (const message of page.items) if (!byId.has(message.id)) byId.set(message.id, message);
  return [...byId.values()].reverse();
}

function asMessages(turn: Turn): ChatMessage[] {
  const answer: ChatMessage = {
    id: turn.messageId ?? "",
    role: "assistant",
    content: turn.answer,
    status: turn.phase === "cancelled" ? "cancelled" : turn.phase === "failed" ? "failed" : "completed",
    actions: stepsAsActions(turn.steps),
    created_at: new Date().toISOString(),
  };
  if (turn.userMessageId === null || turn.text === "") return [answer];
  const question: ChatMessage = {
    id: turn.userMessageId,
    role: "user",
    content: turn.text,
    status: "completed",
    actions: [],
    created_at: turn.startedAt,
  };
  return [answer, question];
}

/** Puts a finished turn into the cache of its conversation, so that nothing flickers while the server is asked again. */
export function keepTurn(turn: Turn): void {
  const fresh = asMessages(turn);
  const ids = new Set(fresh.map((message) => message.id));
  queryClient.setQueryData<InfiniteData<Page<ChatMessage>>>(["messages", turn.conversationId], (old) => {
    const pages = old?.pages ?? [{ items: [], total: 0, has_next: false }];
    const rest = pages.map((page) => ({ ...page, items: page.items.filter((message) => !ids.has(message.id)) }));
    const [head, ...tail] = rest;
    if (!head) return old;
    return { pages: [{ ...head, items: [...fresh, ...head.items] }, ...tail], pageParams: old?.pageParams ?? [0] };
  });
}
