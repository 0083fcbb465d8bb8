import { useNavigate, useParams } from "@tanstack/react-router"
import { ExternalLink, LogIn, RotateCw, Trash2 } from "lucide-react"
import { useEffect } from "react"
import { useSession } from "~/api/session"
import { storeCan, whyNot } from "~/api/store-can"
import { useEngines, useStoreRetry } from "~/api/stores"
import { useTitle } from "~/components/Page"
import { storeShownSet } from "~/components/palette/store-shown"
import { StatusChip } from "~/components/StatusChip"
import { Button, buttonClass } from "~/ui/Button"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { Time } from "~/ui/Time"
import { focusKept } from "~/util/main-focus"
import { LogInOutcome } from "./LogInOutcome"
import { useShownStore } from "./store-context"
import { useLogIn } from "./use-log-in"

/** What the store is and how it is, on every tab; and what can be done with it. */
export function StoreHeader() {
  const store = useShownStore()
  const { store: address } = useParams({ from: "/shell/stores/$store" })
  const session = useSession()
  const navigate = useNavigate()
  const retry = useStoreRetry(store.id)
  const logIn = useLogIn(store.id)
  useTitle(store.title)

  const askDelete = () => void navigate({ to: ".", search: (before) => ({ ...before, ask: "delete" }) })
  const open = storeCan.open(store, session)
  const mayRetry = storeCan.retry(store, session)

  // The palette offers what this page can do, while it is shown.
  useEffect(() =>
    storeShownSet({ store, address, actions: { logIn: logIn.logIn, retry: retry.mutate, delete: askDelete } }),
  )

  return (
    <header className="mb-4">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-4">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="text-xl font-semibold tracking-tight break-words">{store.title}</h1>
            {/* Read out when it changes: it is what one waits for. */}
            <span role="status" aria-label="Status">
              <StatusChip phase={store.phase} />
            </span>
          </div>
          <Facts />
        </div>
        <div className="flex flex-wrap items-center gap-2">
          {store.phase === "failed" && (
            <Button
              ref={focusKept}
              variant="primary"
              icon={<RotateCw aria-hidden className="size-4" />}
              busy={retry.isPending}
              disabledReason={whyNot(mayRetry)}
              onClick={() => retry.mutate()}
            >
              Retry
            </Button>
          )}
          {open.allowed ? (
            <a
              href={store.url}
              target="_blank"
              rel="noopener noreferrer"
              className={buttonClass(store.phase === "ready" ? "primary" : "secondary")}
            >
              <ExternalLink aria-hidden className="size-4" />
              Open store
              <span className="sr-only"> (new tab)</span>
            </a>
          ) : (
            <Button icon={<ExternalLink aria-hidden className="size-4" />} disabledReason={open.why}>
              Open store
            </Button>
          )}
          <Button
            icon={<LogIn aria-hidden className="size-4" />}
            busy={logIn.busy}
            disabledReason={whyNot(storeCan.logIn(store, session))}
            onClick={logIn.logIn}
          >
            Log in to admin
          </Button>
          <Button
            icon={<Trash2 aria-hidden className="size-4" />}
            disabledReason={whyNot(storeCan.delete(store, session))}
            onClick={askDelete}
          >
            Delete
          </Button>
        </div>
      </div>
      <div className="mt-3 grid gap-3 empty:hidden">
        {retry.error && <ErrorPanel error={retry.error} what="The store could not be tried again" />}
        <LogInOutcome store={store} error={logIn.error} stopped={logIn.stopped} onDone={logIn.forget} />
      </div>
    </header>
  )
}

function Facts() {
  const store = useShownStore()
  const engines = useEngines()
  const engine = engines.data?.find(({ engine }) => engine === store.engine)?.title ?? ENGINE_TITLES[store.engine]
  return (
    <p className="text-soft mt-1 flex flex-wrap gap-x-2 gap-y-0.5 max-sm:flex-col max-sm:[&_[aria-hidden]]:hidden">
      <span>{engine}</span>
      <span aria-hidden>·</span>
      <span className="font-mono text-[0.8125rem] break-all">{store.url}</span>
      <span aria-hidden>·</span>
      <span>
        created <Time at={store.createdAt} />
      </span>
    </p>
  )
}

/** Until the platform's own list of engines is there. */
const ENGINE_TITLES: Record<ReturnType<typeof useShownStore>["engine"], string> = {
  woocommerce: "WooCommerce",
  medusa: "Medusa",
}
