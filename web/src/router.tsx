import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link, Outlet } from "@tanstack/react-router";
import { AwayBanner } from "./components/AwayBanner";
import { Logo } from "./components/Logo";

function Root() {
  return (
    <>
      <AwayBanner />
      <Outlet />
    </>
  );
}

function Broken() {
  return (
    <main className="grid h-full place-items-center p-6 text-center">
      <div>
        <Logo className="mx-auto size-12" />
        <h1 className="mt-4 text-xl font-bold">Something in the page broke.</h1>
        <p className="mt-1 text-muted">Nothing you told Steward is lost.</p>
        <button type="button" className="primary mt-6" onClick={() => window.location.reload()}>
          Load it again
        </button>
      </div>
    </main>
  );
}

function Missing() {
  return (
    <main className="grid h-full place-items-center p-6 text-center">
      <div>
        <h1 className="text-xl font-bold">There is nothing here.</h1>
        <Link to="/" className="link">
          Go to your day
        </Link>
      </div>
    </main>
  );
}

const root = createRootRoute({ component: Root, errorComponent: Broken, notFoundComponent: Missing });

const home = createRoute({
  getParentRoute: () => root,
  id: "home",
  component: lazyRouteComponent(() => import("./routes/Home"), "Home"),
});

const index = createRoute({ getParentRoute: () => home, path: "/" });
const conversation = createRoute({ getParentRoute: () => home, path: "/c/$id" });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { next?: string; ended?: boolean } => ({
    ...(typeof search["next"] === "string" ? { next: search["next"] } : {}),
    ...(search["ended"] === true ? { ended: true } : {}),
  }),
  component: lazyRouteComponent(() => import("./routes/SignIn"), "SignIn"),
});

export const router = createRouter({
  routeTree: root.addChildren([home.addChildren([index, conversation]), signIn]),
  defaultPreload: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }

  interface HistoryState {
    /** The first message opened this conversation: nobody chose to look at another. */
    opened?: boolean;
  }
}
