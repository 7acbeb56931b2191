/** What opens on top of the page. Loaded when first needed: this is where React Aria comes in. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { BellRing, CheckCheck, LogOut, Mail, Settings, Users, X } from "lucide-react";
import { useEffect, useState, type RefObject } from "react";
import { Button } from "react-aria-components/Button";
import { Dialog } from "react-aria-components/Dialog";
import { Menu, MenuItem } from "react-aria-components/Menu";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { Popover } from "react-aria-components/Popover";
import { dismiss, permission, toast, type Permission } from "../lib/notices";
import { markRead, noticesQuery } from "../lib/queries";
import { signOut } from "../lib/session";
import { capital } from "../lib/text";
import { clockTime, relativeDay } from "../lib/time";
import type { Me, Notice } from "../lib/types";
import { Conversations } from "./Conversations";
import { Quiet } from "./Section";

export interface OverlayProps {
  trigger: RefObject<HTMLButtonElement | null>;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

const box = "rounded-2xl border border-line bg-surface shadow-card outline-none animate-appear";

function useRead() {
  return useMutation({
    mutationFn: markRead,
    onError: (error) => toast({ id: "read", title: "That did not work", text: error.message }),
  });
}

function NoticeRow({ notice, zone, onRead }: { notice: Notice; zone: string; onRead: () => void }) {
  const at = new Date(notice.created_at);
  return (
    <li className="flex gap-2 py-3">
      <div className="min-w-0 flex-1 leading-snug">
        <p className="font-semibold break-words">{notice.title}</p>
        <p className="break-words">{capital(notice.message)}</p>
        <p className="mt-0.5 text-sm text-muted tabular-nums">{`${relativeDay(at, zone, new Date())}, ${clockTime(at, zone)}`}</p>
      </div>
      <Button aria-label={`Mark as read: ${notice.title}`} onPress={onRead} className="icon-button shrink-0">
        <X className="size-4" aria-hidden="true" />
      </Button>
    </li>
  );
}

function AskPermission() {
  const [state, setState] = useState<Permission>(permission);
  if (state !== "default") return null;
  return (
    <Button
      className="link inline-flex items-center gap-2 py-2 text-sm"
      onPress={() => void Notification.requestPermission().then(setState)}
    >
      <BellRing className="size-4" aria-hidden="true" />
      Also tell me when this tab is in the background
    </Button>
  );
}

export function NoticesPopover({ trigger, open, onOpenChange, zone }: OverlayProps & { zone: string }) {
  const notices = useQuery(noticesQuery);
  const read = useRead();
  const items = notices.data?.notifications ?? [];
  // What stands in this list needs no toast beside it.
  useEffect(() => notices.data?.notifications.forEach((one) => dismiss(one.id)), [notices.data]);
  return (
    <Popover triggerRef={trigger} isOpen={open} onOpenChange={onOpenChange} placement="bottom end" offset={6} className={`${box} w-[min(24rem,calc(100vw-1.5rem))]`}>
      <Dialog aria-labelledby="notices-title" className="max-h-[70dvh] overflow-y-auto px-5 py-4 outline-none">
        <div className="flex min-h-9 items-center justify-between gap-3">
          <h2 id="notices-title" className="text-lg font-bold">
            Notifications
          </h2>
          {items.length > 1 && (
            <Button className="link inline-flex items-center gap-1.5 text-sm" onPress={() => read.mutate(null)}>
              <CheckCheck className="size-4" aria-hidden="true" />
              Mark all as read
            </Button>
          )}
        </div>
        {items.length === 0 ? (
          <Quiet>You have seen everything.</Quiet>
        ) : (
          <ul className="divide-y divide-line">
            {items.map((notice) => (
              <NoticeRow key={notice.id} notice={notice} zone={zone} onRead={() => read.mutate(notice.id)} />
            ))}
          </ul>
        )}
        <AskPermission />
      </Dialog>
    </Popover>
  );
}

const SIGN_OUT = "sign-out";

/** What somebody may open; the id is the address. */
function entriesFor(me: Me) {
  const runsTenant = me.role === "admin" || me.role === "owner";
  return [
    { id: "/settings/profile", label: "Settings", Icon: Settings },
    ...(runsTenant ? [{ id: "/admin/people", label: "People", Icon: Users }] : []),
    ...(me.role === "owner" ? [{ id: "/outbox", label: "Outbox", Icon: Mail }] : []),
    { id: SIGN_OUT, label: "Sign out", Icon: LogOut },
  ];
}

export function AccountPopover({ trigger, open, onOpenChange, me }: OverlayProps & { me: Me }) {
  const navigate = useNavigate();
  const leave = async (): Promise<void> => {
    try {
      await signOut();
      await navigate({ to: "/sign-in", search: {} });
    } catch (error) {
      toast({ id: "sign-out", title: "You are still signed in", text: error instanceof Error ? error.message : "" });
    }
  };
  return (
    <Popover aria-label="Account" triggerRef={trigger} isOpen={open} onOpenChange={onOpenChange} placement="bottom end" offset={6} className={`${box} min-w-64 p-2`}>
      <div className="px-3 py-2 leading-snug">
        <p className="font-semibold break-words">{me.full_name || me.email}</p>
        {me.full_name && <p className="text-sm break-words text-muted">{me.email}</p>}
        <p className="mt-1 text-sm text-muted">{`Times in ${me.timezone.replaceAll("_", " ")}`}</p>
      </div>
      <Menu aria-label="Account" autoFocus="first" onAction={(id) => void (id === SIGN_OUT ? leave() : navigate({ to: String(id) }))} className="outline-none">
        {entriesFor(me).map(({ id, label, Icon }) => (
          <MenuItem key={id} id={id} textValue={label} className="flex min-h-10 items-center gap-2.5 rounded-xl px-3 outline-none data-[focused]:bg-sunken">
            <Icon className="size-4.5 text-muted" aria-hidden="true" />
            {label}
          </MenuItem>
        ))}
      </Menu>
    </Popover>
  );
}

/** The conversations, where the window is too narrow to show them all the time. */
export function ConversationsDrawer({ open, onOpenChange, zone }: Omit<OverlayProps, "trigger"> & { zone: string }) {
  return (
    <ModalOverlay isOpen={open} onOpenChange={onOpenChange} isDismissable className="fixed inset-0 z-40 animate-appear bg-black/40">
      <Modal className="h-full w-[min(20rem,86vw)] bg-bg shadow-card outline-none">
        <Dialog aria-label="Conversations" className="flex h-full flex-col outline-none">
          <div className="flex h-14 shrink-0 items-center justify-end px-3">
            <Button aria-label="Close" className="icon-button" onPress={() => onOpenChange(false)}>
              <X className="size-5" aria-hidden="true" />
            </Button>
          </div>
          <Conversations zone={zone} onPick={() => onOpenChange(false)} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
