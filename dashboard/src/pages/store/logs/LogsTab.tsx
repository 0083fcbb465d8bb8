import { useQuery } from "@tanstack/react-query"
import { useNavigate, useSearch } from "@tanstack/react-router"
import { ScrollText } from "lucide-react"
import { componentsQuery, isUnavailable } from "~/api/runtime"
import { useSession } from "~/api/session"
import { storeCan } from "~/api/store-can"
import { EmptyState } from "~/ui/EmptyState"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { Skeleton } from "~/ui/Skeleton"
import { useShownStore } from "../store-context"
import { Unavailable } from "../Unavailable"
import { Log } from "./Log"

/** What the store's programs write. For administrators: it may hold what customers typed. */
export function LogsTab() {
  const store = useShownStore()
  const may = storeCan.logs(store, useSession())
  if (!may.allowed) {
    return (
      <EmptyState icon={<ScrollText aria-hidden />} title="No logs to show">
        {may.why}
      </EmptyState>
    )
  }
  return <Components id={store.id} />
}

function Components({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(componentsQuery(id))
  const navigate = useNavigate({ from: "/stores/$store/logs" })
  const { component } = useSearch({ from: "/shell/stores/$store/logs" })
  if (isUnavailable(error)) return <Unavailable what="Logs are" />
  const refused = error && (
    <ErrorPanel error={error} what="The programs could not be listed" onRetry={() => void refetch()} />
  )
  if (!data) return refused ?? <Skeleton className="h-96 w-full" />
  const chosen = data.find(({ name }) => name === component) ?? data[0]
  if (!chosen) {
    return (
      <EmptyState icon={<ScrollText aria-hidden />} title="Nothing runs yet">
        As soon as a program of the store starts, its log is here.
      </EmptyState>
    )
  }
  const choose = (name: string) =>
    void navigate({ search: (before) => ({ ...before, component: name }), replace: true })
  return (
    <div className="grid gap-4">
      {refused}
      <Log key={chosen.name} components={data} chosen={chosen} onChoose={choose} />
    </div>
  )
}
