/** What the server sends, as far as this app reads it. */

export interface Me {
  id: string;
  email: string;
  full_name: string | null;
  timezone: string;
  /** A BCP 47 tag. */
  language: string;
  theme: string;
  /** "owner" runs the server, "admin" a tenant. */
  role: string;
  /** Whether the address was confirmed by the link that went there. */
  is_verified: boolean;
}

export interface Page<T> {
  items: T[];
  total: number;
  has_next?: boolean;
}

export interface Conversation {
  id: string;
  title: string | null;
  message_count: number;
  last_message_at: string | null;
  created_at: string;
}

export type MessageStatus = "completed" | "running" | "failed" | "cancelled";

export type JsonObject = Record<string, unknown>;

export interface ChatMessage {
  id: string;
  role: "user" | "assistant";
  content: string;
  status: MessageStatus;
  actions: JsonObject[];
  created_at: string;
}

export interface CalendarEvent {
  id: string;
  title: string;
  start_time: string;
  end_time: string;
  location: string | null;
  attendees: { name?: string | null; email?: string | null }[];
  status: string;
}

export interface Task {
  id: string;
  title: string;
  priority: "low" | "medium" | "high" | null;
  due_date: string | null;
  status: string;
}

export interface Reminder {
  id: string;
  text: string;
  due_at: string;
  status: string;
}

export interface Notice {
  id: string;
  type: string;
  title: string;
  message: string;
  is_read: boolean;
  created_at: string;
  data?: JsonObject | null;
}

/** One event of a streamed answer. `done` without `cancelled` is a whole answer; `restart` voids the text so far. */
export type TurnEvent =
  | { type: "start"; message_id: string; conversation_id: string; user_message_id?: string }
  | { type: "restart" }
  | { type: "token"; content: string }
  | { type: "tool_call"; call_id: string; name: string; arguments: unknown }
  | { type: "tool_result"; call_id: string; name: string; ok: boolean; data: unknown }
  | { type: "done"; message_id: string; content?: string; cancelled?: boolean }
  | { type: "error"; error_code: string; detail: string };
