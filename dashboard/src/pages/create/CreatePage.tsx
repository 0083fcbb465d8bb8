import { Link } from "@tanstack/react-router"
import { Lock } from "lucide-react"
import { useSession } from "~/api/session"
import { mayCreate } from "~/api/store-can"
import { useEngines } from "~/api/stores"
import { Page } from "~/components/Page"
import { buttonClass } from "~/ui/Button"
import { EmptyState } from "~/ui/EmptyState"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { Skeleton } from "~/ui/Skeleton"
import { CreateForm } from "./CreateForm"

export function CreatePage() {
  const may = mayCreate(useSession())
  const engines = useEngines()
  return (
    <Page title="New store" description="Three answers; the rest has sensible defaults.">
      {!may.allowed ? (
        <EmptyState
          icon={<Lock aria-hidden />}
          title="You may not create stores"
          action={
            <Link to="/" className={buttonClass()}>
              Back to the stores
            </Link>
          }
        >
          {may.why}
        </EmptyState>
      ) : engines.data ? (
        <CreateForm engines={engines.data} />
      ) : engines.isError ? (
        <ErrorPanel
          error={engines.error}
          what="What stores can be made of is not known"
          onRetry={() => engines.refetch()}
        />
      ) : (
        <div aria-busy="true" className="grid max-w-2xl gap-6">
          <Skeleton className="h-28" />
          <Skeleton className="h-20" />
          <Skeleton className="h-28" />
        </div>
      )}
    </Page>
  )
}
