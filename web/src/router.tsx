import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link, Outlet, redirect } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { AwayBanner } from "./components/AwayBanner";
import { Logo } from "./components/Logo";
import { question } from "./lib/proof";
import { useStore } from "./lib/store";

const ProofDialog = lazy(() => import("./components/ProofDialog"));

function Root() {
  const asked = useStore(question);
  return (
    <>
      <AwayBanner />
      <Outlet />
      <Suspense fallback={null}>{asked && <ProofDialog question={asked} />}</Suspense>
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

interface SignInSearch {
  next?: string;
  ended?: boolean;
  oauth_error?: string;
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): SignInSearch => ({
    ...(typeof search["next"] === "string" ? { next: search["next"] } : {}),
    ...(search["ended"] === true ? { ended: true } : {}),
    ...oauthError(search),
  }),
  component: lazyRouteComponent(() => import("./routes/SignIn"), "SignIn"),
});

function oauthError(search: Record<string, unknown>): { oauth_error?: string } {
  return typeof search["oauth_error"] === "string" ? { oauth_error: search["oauth_error"] } : {};
}

/** A token may look like a number, which the router would read as one. */
function token(search: Record<string, unknown>): { token?: string } {
  const found = search["token"];
  return typeof found === "string" || typeof found === "number" ? { token: String(found) } : {};
}

const links = () => import("./routes/Links");

const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: "/verify-email",
  validateSearch: token,
  component: lazyRouteComponent(links, "VerifyEmail"),
});

const resetPassword = createRoute({
  getParentRoute: () => root,
  path: "/reset-password",
  validateSearch: token,
  component: lazyRouteComponent(links, "ResetPassword"),
});

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: "/forgot-password",
  component: lazyRouteComponent(links, "ForgotPassword"),
});

const firstSettings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  beforeLoad: () => {
    throw redirect({ to: "/settings/$section", params: { section: "profile" }, replace: true });
  },
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings/$section",
  validateSearch: oauthError,
  component: lazyRouteComponent(() => import("./routes/Settings"), "Settings"),
});

const people = createRoute({
  getParentRoute: () => root,
  path: "/admin/people",
  component: lazyRouteComponent(() => import("./routes/People"), "People"),
});

const outbox = createRoute({
  getParentRoute: () => root,
  path: "/outbox",
  component: lazyRouteComponent(() => import("./routes/Outbox"), "Outbox"),
});

const outside = [signIn, verifyEmail, resetPassword, forgotPassword];
const inside = [firstSettings, settings, people, outbox];

export const router = createRouter({
  routeTree: root.addChildren([home.addChildren([index, conversation]), ...outside, ...inside]),
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
