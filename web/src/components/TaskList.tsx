import { useMutation, useQuery } from "@tanstack/react-query";
import { Check, Plus } from "lucide-react";
import { useRef, useState, type FormEvent } from "react";
import { send } from "../lib/api";
import { toast } from "../lib/notices";
import { queryClient, readAgain, TASKS_KEY, tasksQuery } from "../lib/queries";
import { capital } from "../lib/text";
import { dayOf, relativeDay } from "../lib/time";
import type { Page, Task } from "../lib/types";
import { Failed, Quiet, Section, Waiting } from "./Section";

/** How long a ticked task stays in sight: the small reward is the point. */
const GOODBYE_MS = 900;

function refetch(): Promise<void> {
  return readAgain(TASKS_KEY);
}

function complain(what: string, error: Error): void {
  toast({ id: `task-${Date.now()}`, title: what, text: error.message });
}

function patch(task: Task, status: string): Promise<Task | null> {
  return send<Task>("PATCH", `/api/v1/tasks/${task.id}`, { status });
}

async function putBack(task: Task): Promise<void> {
  try {
    await patch(task, "pending");
  } catch (error) {
    if (error instanceof Error) complain("The task could not be put back", error);
  }
  await refetch();
}

/** "today", "Tue 16 Jan": only the words are written small in the middle of a line. */
function dueDay(due: Date, zone: string, nowMs: number): string {
  const day = relativeDay(due, zone, new Date(nowMs));
  return day.includes(" ") ? day : day.toLowerCase();
}

function Row({ task, zone, nowMs }: { task: Task; zone: string; nowMs: number }) {
  const [done, setDone] = useState(false);
  const tick = useMutation({
    mutationFn: () => patch(task, "completed"),
    onMutate: () => setDone(true),
    onSuccess: async () => {
      // Whoever is quicker than the goodbye still has this very row before them.
      const undo = (): void => void putBack(task).then(() => setDone(false));
      toast({ id: `task-${task.id}`, title: "Done", text: capital(task.title), action: { label: "Undo", run: undo } });
      await new Promise((resolve) => setTimeout(resolve, GOODBYE_MS));
      await refetch();
    },
    onError: (error) => {
      setDone(false);
      complain("The task could not be ticked", error);
    },
  });
  const due = task.due_date ? new Date(task.due_date) : null;
  const late = due !== null && dayOf(due, zone) < dayOf(new Date(nowMs), zone);
  return (
    <li>
      <label className="group -mx-2 flex cursor-pointer items-start gap-3 rounded-xl px-2 py-2 leading-snug hover:bg-sunken">
        <span className="relative mt-px grid size-6 shrink-0 place-items-center">
          <input
            type="checkbox"
            checked={done}
            disabled={done}
            onChange={() => tick.mutate()}
            className="peer absolute inset-0 m-0 size-6 cursor-pointer appearance-none rounded-full border-2 border-field transition-colors checked:border-accent checked:bg-accent"
          />
          <Check className="pointer-events-none relative hidden size-4 text-accent-ink peer-checked:block" strokeWidth={3} aria-hidden="true" />
        </span>
        <span className="min-w-0 flex-1 pt-0.5">
          <span className={`break-words ${done ? "text-muted line-through" : ""}`}>{capital(task.title)}</span>
          {(due || task.priority === "high") && (
            <span className="block text-sm text-muted">
              {task.priority === "high" && <span className="font-semibold text-reminder">Important</span>}
              {task.priority === "high" && due && " · "}
              {due && <span className={late ? "font-semibold text-danger" : ""}>{`${late ? "Was due" : "Due"} ${dueDay(due, zone, nowMs)}`}</span>}
            </span>
          )}
        </span>
      </label>
    </li>
  );
}

function QuickAdd() {
  const [title, setTitle] = useState("");
  const box = useRef<HTMLInputElement>(null);
  const add = useMutation({
    mutationFn: (text: string) => send<Task>("POST", "/api/v1/tasks", { title: text }),
    onSuccess: (made) => {
      setTitle("");
      if (made) {
        queryClient.setQueryData<Page<Task>>(TASKS_KEY, (old) =>
          old && !old.items.some((one) => one.id === made.id) ? { ...old, items: [made, ...old.items], total: old.total + 1 } : old,
        );
      }
      box.current?.focus();
      return refetch();
    },
    onError: (error) => complain("The task could not be added", error),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const text = title.trim();
    if (text !== "" && !add.isPending) add.mutate(text);
  };
  return (
    <form onSubmit={submit} className="mt-1 flex items-center gap-1">
      <label htmlFor="quick-add" className="sr-only">
        Add a task
      </label>
      <input
        ref={box}
        id="quick-add"
        value={title}
        maxLength={200}
        autoComplete="off"
        enterKeyHint="done"
        placeholder="Add a task"
        onChange={(event) => setTitle(event.target.value)}
        className="min-h-10 min-w-0 flex-1 rounded-xl border border-field/60 bg-surface px-3 placeholder:text-muted"
      />
      <button type="submit" aria-label="Add the task" className="icon-button" disabled={add.isPending}>
        <Plus className="size-5" aria-hidden="true" />
      </button>
    </form>
  );
}

export function TaskList({ zone, nowMs }: { zone: string; nowMs: number }) {
  const tasks = useQuery(tasksQuery);
  const items = tasks.data?.items ?? [];
  const more = (tasks.data?.total ?? 0) - items.length;
  return (
    <Section id="tasks-title" title="Open tasks" note={items.length > 0 ? String(tasks.data?.total ?? "") : ""}>
      {tasks.isPending && <Waiting />}
      {tasks.error && !tasks.data && <Failed what="Your tasks" onRetry={() => void tasks.refetch()} />}
      {tasks.data && items.length === 0 && <Quiet>All clear.</Quiet>}
      <ul aria-labelledby="tasks-title">
        {items.map((task) => (
          <Row key={task.id} task={task} zone={zone} nowMs={nowMs} />
        ))}
      </ul>
      {more > 0 && <Quiet>{`And ${more} more.`}</Quiet>}
      <QuickAdd />
    </Section>
  );
}
