import { useCallback, useEffect, useRef, useState, type RefObject } from "react";

const NEAR_PX = 80;

interface Stick {
  pane: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  /** False when the person scrolled up to read: then nothing moves under their eyes. */
  atEnd: boolean;
  toEnd: () => void;
}

/**
 * Keeps a scrolling pane at its end while its content grows, unless the person scrolled away from it. While `sticky` is
 * false the pane starts and stays at its top, as a page does.
 */
export function useStick(sticky: boolean): Stick {
  const pane = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follow = useRef(true);
  const [atEnd, setAtEnd] = useState(true);

  const toEnd = useCallback(() => {
    follow.current = true;
    setAtEnd(true);
    const box = pane.current;
    if (box) box.scrollTop = box.scrollHeight;
  }, []);

  useEffect(() => {
    const box = pane.current;
    const inner = content.current;
    if (!box || !inner || !sticky) return;
    let lastTop = box.scrollTop;
    const onScroll = (): void => {
      const near = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
      // Content that grows also leaves a gap below; only moving up means "let me read".
      if (near) follow.current = true;
      else if (box.scrollTop < lastTop) follow.current = false;
      lastTop = box.scrollTop;
      setAtEnd(follow.current || near);
    };
    const grown = new ResizeObserver(() => {
      if (follow.current) box.scrollTop = box.scrollHeight;
    });
    box.addEventListener("scroll", onScroll, { passive: true });
    grown.observe(inner);
    grown.observe(box);
    return () => {
      box.removeEventListener("scroll", onScroll);
      grown.disconnect();
    };
  }, [sticky]);

  return { pane, content, atEnd, toEnd };
}
