import { useQuery } from "@tanstack/react-query"
import { Gauge } from "lucide-react"
import type { ReactNode } from "react"
import { componentsQuery, isUnavailable, type UsageView, usageQuery } from "~/api/runtime"
import { Card } from "~/ui/Card"
import { EmptyState } from "~/ui/EmptyState"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { Notice } from "~/ui/Notice"
import { Skeleton } from "~/ui/Skeleton"
import { useShownStore } from "../store-context"
import { Unavailable } from "../Unavailable"
import { bytes, cores } from "./amounts"
import { History } from "./History"
import { Meter } from "./Meter"
import { useSamples } from "./use-samples"

/** What the store takes of the cluster at this moment. */
export function UsageTab() {
  const store = useShownStore()
  if (store.phase === "deleted") {
    return (
      <EmptyState icon={<Gauge aria-hidden />} title="Nothing to measure">
        The store is deleted; it takes nothing of the cluster any more.
      </EmptyState>
    )
  }
  return <Measured id={store.id} />
}

function Measured({ id }: { id: string }) {
  const { data, dataUpdatedAt, error, refetch } = useQuery(usageQuery(id))
  const samples = useSamples(data, dataUpdatedAt)
  const known = useQuery(componentsQuery(id)).data
  const titleOf = (name: string) => known?.find((component) => component.name === name)?.title ?? name
  if (isUnavailable(error)) return <Unavailable what="Measurements are" />
  const refused = error && (
    <ErrorPanel error={error} what="The usage could not be read" onRetry={() => void refetch()} />
  )
  if (!data) return refused ?? <Skeleton className="h-48 w-full" />
  return (
    <div className="grid gap-5">
      {/* What was measured before is still worth seeing. */}
      {refused}
      {!data.measured && (
        <Notice tone="idle" title="Processor and memory are not measured">
          {data.reason && <p>{data.reason}</p>}
        </Notice>
      )}
      {data.components.length > 0 && <Components components={data.components} titleOf={titleOf} />}
      {data.measured && <History samples={samples} titleOf={titleOf} />}
      {data.volumes.length > 0 && <Volumes volumes={data.volumes} />}
      {data.components.length === 0 && data.volumes.length === 0 && (
        <EmptyState icon={<Gauge aria-hidden />} title="Nothing to measure yet">
          As soon as something of the store runs, it is shown here.
        </EmptyState>
      )}
    </div>
  )
}

interface ComponentsProps {
  components: UsageView["components"]
  titleOf: (name: string) => string
}

function Components({ components, titleOf }: ComponentsProps) {
  return (
    <Card title="Processor and memory" description="At this moment, of what each program may take at most.">
      <ul aria-label="Programs">
        {components.map(({ name, cpuMillicores, cpuLimitMillicores, memoryBytes, memoryLimitBytes }) => (
          <li key={name} className={ROW}>
            <span className="font-medium break-words">{titleOf(name)}</span>
            <Measure title="Processor">
              <Meter
                label={`Processor of ${titleOf(name)}`}
                used={cpuMillicores}
                limit={cpuLimitMillicores}
                unit={cores}
              />
            </Measure>
            <Measure title="Memory">
              <Meter label={`Memory of ${titleOf(name)}`} used={memoryBytes} limit={memoryLimitBytes} unit={bytes} />
            </Measure>
          </li>
        ))}
      </ul>
    </Card>
  )
}

const ROW =
  "border-line grid gap-x-6 gap-y-2 border-t py-3 first:border-t-0 first:pt-0 last:pb-0 sm:grid-cols-[10rem_minmax(0,1fr)_minmax(0,1fr)]"

function Measure({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <span className="text-soft text-xs">{title}</span>
      {children}
    </div>
  )
}

function Volumes({ volumes }: { volumes: UsageView["volumes"] }) {
  return (
    <Card title="Storage" description="Disks of the store: its database and its files.">
      <ul className="grid gap-4">
        {volumes.map(({ name, capacityBytes, usedBytes }) => (
          <li key={name} className="grid gap-x-6 gap-y-1 sm:grid-cols-[10rem_minmax(0,1fr)]">
            <span className="font-medium break-all">{name}</span>
            {usedBytes == null ? (
              <span className="text-soft">{bytes(capacityBytes)}; how much of it is used is not measured</span>
            ) : (
              <Meter label={`Storage of ${name}`} used={usedBytes} limit={capacityBytes} unit={bytes} />
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}
