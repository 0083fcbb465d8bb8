import { useQueryClient } from "@tanstack/react-query"
import { Link, Outlet, useNavigate, useParams, useSearch } from "@tanstack/react-router"
import { SearchX } from "lucide-react"
import { useEffect } from "react"
import { keys } from "~/api/keys"
import { Problem } from "~/api/problem"
import { useStore } from "~/api/stores"
import type { Store } from "~/api/types"
import { Page } from "~/components/Page"
import { buttonClass } from "~/ui/Button"
import { EmptyState } from "~/ui/EmptyState"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { Skeleton } from "~/ui/Skeleton"
import { DeleteDialog } from "./DeleteDialog"
import { StoreHeader } from "./StoreHeader"
import { StoreProvider } from "./store-context"
import { TabBar } from "./TabBar"

export function StorePage() {
  const { store: wanted } = useParams({ from: "/shell/stores/$store" })
  const { data: store, error, refetch } = useStore(wanted)
  useLastingAddress(wanted, store)
  if (store) {
    return (
      <StoreProvider value={store}>
        <div className="mx-auto w-full max-w-7xl px-4 py-6 sm:px-6">
          {/* Another store is another page: nothing of the last one's dialogs and refusals stays. */}
          <StoreHeader key={store.id} />
          {error && (
            <div className="mb-4">
              <ErrorPanel
                error={error}
                what="The store could not be brought up to date"
                onRetry={() => void refetch()}
              />
            </div>
          )}
          <TabBar store={wanted} />
          <Outlet />
          <DeleteDialog key={`delete-${store.id}`} />
        </div>
      </StoreProvider>
    )
  }
  if (error instanceof Problem && error.status === 404) return <NoStore wanted={wanted} />
  if (error) {
    return (
      <Page title={wanted}>
        <ErrorPanel error={error} what="The store could not be read" onRetry={() => void refetch()} />
      </Page>
    )
  }
  return <Waiting wanted={wanted} />
}

/** A deleted store's name is free again, so its page goes on under its id: a reload still says what was removed. */
function useLastingAddress(wanted: string, store: Store | undefined) {
  const navigate = useNavigate()
  const client = useQueryClient()
  const { ask } = useSearch({ from: "/shell/stores/$store" })
  const going = store !== undefined && (store.phase === "deleting" || store.phase === "deleted")
  const done = !going || (wanted === store.id && ask === undefined)
  useEffect(() => {
    if (done) return
    client.setQueryData(keys.stores.detail(store.id), store)
    void navigate({ to: ".", params: { store: store.id }, search: {}, replace: true }).then(() => {
      if (wanted !== store.id) client.removeQueries({ queryKey: keys.stores.detail(wanted) })
    })
  }, [client, navigate, done, wanted, store])
}

function NoStore({ wanted }: { wanted: string }) {
  return (
    <Page title="No such store">
      <EmptyState
        icon={<SearchX aria-hidden />}
        title={`There is no store “${wanted}”`}
        action={
          <Link to="/" className={buttonClass("primary")}>
            Go to your stores
          </Link>
        }
      >
        It may have been deleted, or the address is mistyped.
      </EmptyState>
    </Page>
  )
}

function Waiting({ wanted }: { wanted: string }) {
  return (
    <Page title={wanted}>
      <div role="status" className="grid gap-4">
        <span className="sr-only">Loading the store</span>
        <Skeleton className="h-9 w-full max-w-md" />
        <Skeleton className="h-64 w-full" />
      </div>
    </Page>
  )
}
