import type { QueryClient } from "@tanstack/react-query"
import { createRootRouteWithContext, createRoute, createRouter, redirect } from "@tanstack/react-router"
import { Problem } from "~/api/problem"
import { queryClient } from "~/api/query-client"
import { sessionQuery, setupQuery } from "~/api/session"
import { engineListQuery, storeListQuery } from "~/api/stores"
import { Shell } from "~/components/shell/Shell"
import { pageLazy } from "~/page-lazy"
import { Fault, FaultAlone } from "~/pages/Fault"
import { NotFound } from "~/pages/NotFound"
import { logsSearch } from "~/pages/store/logs/search"
import { storeSearch } from "~/pages/store/search"
import { storesSearch } from "~/pages/stores/search"
import { pathInside } from "~/util/path-inside"

interface Context {
  queryClient: QueryClient
}

const root = createRootRouteWithContext<Context>()()

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  beforeLoad: async ({ context }) => {
    const { needed } = await context.queryClient.fetchQuery(setupQuery)
    if (!needed) throw redirect({ to: "/sign-in" })
  },
  component: pageLazy(() => import("~/pages/setup/SetupPage"), "SetupPage"),
  errorComponent: FaultAlone,
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: ({ next, ended }: Record<string, unknown>): { next?: string; ended?: true } => ({
    next: pathInside(next),
    ended: ended === true ? true : undefined,
  }),
  beforeLoad: async ({ context }) => {
    const { needed } = await context.queryClient.fetchQuery(setupQuery)
    if (needed) throw redirect({ to: "/setup" })
  },
  component: pageLazy(() => import("~/pages/sign-in/SignInPage"), "SignInPage"),
  errorComponent: FaultAlone,
})

/** Everything under it is for somebody who is signed in. */
const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(sessionQuery)
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error
      throw redirect({ to: "/sign-in", search: { next: location.href === "/" ? undefined : location.href } })
    }
  },
  component: Shell,
  errorComponent: FaultAlone,
})

const stores = createRoute({
  getParentRoute: () => shell,
  path: "/",
  validateSearch: storesSearch,
  // Begun, not awaited: the page shows its skeleton meanwhile.
  loader: ({ context }) => void context.queryClient.prefetchQuery(storeListQuery),
  component: pageLazy(() => import("~/pages/stores/StoresPage"), "StoresPage"),
})

const create = createRoute({
  getParentRoute: () => shell,
  path: "/new",
  loader: ({ context }) => void context.queryClient.prefetchQuery(engineListQuery),
  component: pageLazy(() => import("~/pages/create/CreatePage"), "CreatePage"),
})

const store = createRoute({
  getParentRoute: () => shell,
  path: "/stores/$store",
  validateSearch: storeSearch,
  component: pageLazy(() => import("~/pages/store/StorePage"), "StorePage"),
})

const storeOverview = createRoute({
  getParentRoute: () => store,
  path: "/",
  component: pageLazy(() => import("~/pages/store/overview/OverviewTab"), "OverviewTab"),
})

const storeCredentials = createRoute({
  getParentRoute: () => store,
  path: "/credentials",
  component: pageLazy(() => import("~/pages/store/credentials/CredentialsTab"), "CredentialsTab"),
})

const storeEvents = createRoute({
  getParentRoute: () => store,
  path: "/events",
  component: pageLazy(() => import("~/pages/store/events/EventsTab"), "EventsTab"),
})

const storeLogs = createRoute({
  getParentRoute: () => store,
  path: "/logs",
  validateSearch: logsSearch,
  component: pageLazy(() => import("~/pages/store/logs/LogsTab"), "LogsTab"),
})

const storeUsage = createRoute({
  getParentRoute: () => store,
  path: "/usage",
  component: pageLazy(() => import("~/pages/store/usage/UsageTab"), "UsageTab"),
})

const storeTabs = store.addChildren([storeOverview, storeCredentials, storeEvents, storeLogs, storeUsage])

const account = createRoute({
  getParentRoute: () => shell,
  path: "/settings/account",
  component: pageLazy(() => import("~/pages/settings/AccountPage"), "AccountPage"),
})

const tokens = createRoute({
  getParentRoute: () => shell,
  path: "/settings/tokens",
  component: pageLazy(() => import("~/pages/settings/TokensPage"), "TokensPage"),
})

const accounts = createRoute({
  getParentRoute: () => shell,
  path: "/settings/accounts",
  component: pageLazy(() => import("~/pages/settings/AccountsPage"), "AccountsPage"),
})

const settings = createRoute({
  getParentRoute: () => shell,
  path: "/settings",
  beforeLoad: () => {
    throw redirect({ to: "/settings/account" })
  },
})

/** Within the shell: whoever is lost still has the way to everything else. */
const lost = createRoute({ getParentRoute: () => shell, path: "$", component: NotFound })

const routes = root.addChildren([
  setup,
  signIn,
  shell.addChildren([stores, create, storeTabs, settings, account, tokens, accounts, lost]),
])

export const router = createRouter({
  routeTree: routes,
  context: { queryClient },
  defaultPreload: "intent",
  // Query decides what is fresh.
  defaultPreloadStaleTime: 0,
  defaultErrorComponent: Fault,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
})

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router
  }
}
