import "./styles.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { whenSessionEnds } from "./lib/api";
import { connection } from "./lib/connection";
import { drop, whenTurnEnds } from "./lib/follow";
import { forgetSeen } from "./lib/notices";
import { isOpen } from "./lib/paths";
import { question } from "./lib/proof";
import { keepTurn, meQuery, queryClient, readAgain, refreshPanel } from "./lib/queries";
import { forget } from "./lib/session";
import { wearLast } from "./lib/theme";
import { router } from "./router";

wearLast();

whenSessionEnds(() => {
  const { pathname } = window.location;
  if (isOpen(pathname)) return;
  const ended = queryClient.getQueryData(meQuery.queryKey) !== undefined;
  // Who comes back from another provider without having been let in is told why.
  const refused = new URLSearchParams(window.location.search).get("oauth_error");
  const search = { ...(pathname === "/" ? {} : { next: pathname }), ...(ended ? { ended: true } : {}), ...(refused ? { oauth_error: refused } : {}) };
  question.get()?.declined();
  void router
    .navigate({ to: "/sign-in", search, replace: true })
    .then(() => {
      forget();
      forgetSeen();
    });
});

connection.whenBack(() => void queryClient.invalidateQueries());

whenTurnEnds((turn) => {
  if (turn.messageId !== null && turn.phase !== "failed") {
    keepTurn(turn);
    drop(turn.conversationId);
  }
  void readAgain(["messages", turn.conversationId]);
  void readAgain(["conversations"]);
  refreshPanel();
});

// Ask who we are while the code of the page is still on its way.
if (!isOpen(window.location.pathname)) void queryClient.prefetchQuery(meQuery);

const place = document.getElementById("root");
if (place) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
