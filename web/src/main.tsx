import "./styles.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { whenSessionEnds } from "./lib/api";
import { connection } from "./lib/connection";
import { drop, whenTurnEnds } from "./lib/follow";
import { forgetSeen } from "./lib/notices";
import { keepTurn, meQuery, queryClient, readAgain, refreshPanel } from "./lib/queries";
import { forget } from "./lib/session";
import { router } from "./router";

whenSessionEnds(() => {
  const { pathname } = window.location;
  if (pathname === "/sign-in") return;
  const ended = queryClient.getQueryData(meQuery.queryKey) !== undefined;
  void router
    .navigate({ to: "/sign-in", search: { ...(pathname === "/" ? {} : { next: pathname }), ...(ended ? { ended: true } : {}) }, replace: true })
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
if (window.location.pathname !== "/sign-in") void queryClient.prefetchQuery(meQuery);

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
