import { Link, useNavigate, useSearch } from "@tanstack/react-router"
import { Plus, SearchX, Store as StoreIcon } from "lucide-react"
import { useCallback, useDeferredValue, useMemo, useState } from "react"
import { useSession } from "~/api/session"
import { mayCreate, storeCan } from "~/api/store-can"
import { useStoreList } from "~/api/stores"
import type { Store } from "~/api/types"
import { Page } from "~/components/Page"
import { Button, buttonClass } from "~/ui/Button"
import { EmptyState } from "~/ui/EmptyState"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { Bulk } from "./Bulk"
import { StoresTable } from "./StoresTable"
import type { StoresSearch } from "./search"
import { storesShown } from "./shown"
import { Toolbar } from "./Toolbar"
import { useVirtualTable } from "./useVirtualTable"

const NONE: Store[] = []
/** Up to this many are drawn whole; what draws only a part of them is fetched where there are more. */
const FEW = 50
const FIRST = { from: 0, to: FEW }

export function StoresPage() {
  const search = useSearch({ from: "/shell/" })
  const navigate = useNavigate({ from: "/" })
  const session = useSession()
  const list = useStoreList()
  const stores = list.data ?? NONE
  // Typing goes on while a long list is filtered.
  const wanted = useDeferredValue(search)
  const shown = useMemo(() => storesShown(stores, wanted), [stores, wanted])
  const VirtualTable = useVirtualTable(shown.length > FEW)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const deletable = useMemo(
    () => shown.filter((store) => chosen.has(store.id) && storeCan.delete(store, session).allowed),
    [shown, chosen, session],
  )
  const change = useCallback(
    (next: Partial<StoresSearch>) =>
      void navigate({
        search: (before) => ({ ...before, row: undefined, ...next }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  )
  const table = {
    stores: list.data ? shown : undefined,
    search,
    onChange: change,
    chosen,
    onChoose: setChosen,
    session,
  }
  return (
    <Page
      title="Stores"
      heading={<Heading total={list.data?.length} shown={shown.length} />}
      actions={list.data?.length === 0 ? undefined : <NewStore />}
    >
      {list.isError && !list.data ? (
        <ErrorPanel error={list.error} what="Your stores could not be listed" onRetry={() => list.refetch()} />
      ) : list.data?.length === 0 ? (
        <EmptyState
          icon={<StoreIcon aria-hidden />}
          title="Your first store is three answers away"
          action={<NewStore first />}
        >
          Say what it should run and how it is called. It is ready when a test customer has bought something in it.
        </EmptyState>
      ) : (
        <>
          <Toolbar search={search} onChange={change} />
          {list.isError && <ErrorPanel error={list.error} what="The list could not be brought up to date" />}
          {list.data && shown.length === 0 ? (
            <EmptyState
              icon={<SearchX aria-hidden />}
              title="No store matches"
              action={
                <Button onClick={() => change({ q: undefined, phase: undefined, engine: undefined })}>
                  Show all stores
                </Button>
              }
            />
          ) : shown.length <= FEW ? (
            <StoresTable {...table} />
          ) : VirtualTable ? (
            <VirtualTable {...table} />
          ) : (
            <StoresTable {...table} span={FIRST} />
          )}
          <Bulk stores={deletable} onClear={() => setChosen(new Set())} />
        </>
      )}
    </Page>
  )
}

function Heading({ total, shown }: { total: number | undefined; shown: number }) {
  const count = total === undefined ? "" : shown === total ? `${total}` : `${shown} of ${total}`
  return (
    <>
      Stores <span className="text-soft font-normal tabular-nums">{count}</span>
    </>
  )
}

function NewStore({ first }: { first?: boolean }) {
  const may = mayCreate(useSession())
  const words = first ? "Create your first store" : "New store"
  if (!may.allowed) {
    return (
      <Button variant="primary" icon={<Plus aria-hidden className="size-4" />} disabledReason={may.why}>
        {words}
      </Button>
    )
  }
  return (
    <Link to="/new" className={buttonClass("primary")}>
      <Plus aria-hidden className="size-4" />
      {words}
    </Link>
  )
}
