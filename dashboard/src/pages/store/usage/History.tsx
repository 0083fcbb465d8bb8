import { lazy, Suspense, useState } from "react"
import { Card } from "~/ui/Card"
import { Select } from "~/ui/Input"
import { Skeleton } from "~/ui/Skeleton"
import { CELL, HEAD, ROW, Table } from "~/ui/Table"
import { exactTime } from "~/util/time"
import { bytes, cores } from "./amounts"
import type { Sample } from "./use-samples"

/** Drawing lines takes more code than all the rest of the page: fetched when there is something to draw. */
const Chart = lazy(() => import("./Chart"))

interface Props {
  samples: Sample[]
  titleOf: (name: string) => string
}

/** One program's processor and memory since one began to look, as lines and as a table. */
export function History({ samples, titleOf }: Props) {
  const names = samples.at(-1)?.components.map(({ name }) => name) ?? []
  const [wanted, setWanted] = useState<string>()
  const name = names.find((each) => each === wanted) ?? names[0]
  if (name === undefined) return null
  const points = samples.flatMap(({ at, components }) => {
    const found = components.find((component) => component.name === name)
    return found ? [{ at, cpu: found.cpuMillicores ?? null, memory: found.memoryBytes ?? null }] : []
  })
  const now = samples.at(-1)?.components.find((component) => component.name === name)
  const title = titleOf(name)
  return (
    <Card
      title="Since you began to look"
      description="A measurement every ten seconds. The dashed line is what the program may take at most."
      actions={
        <Select aria-label="Program in the chart" value={name} onChange={({ target }) => setWanted(target.value)}>
          {names.map((each) => (
            <option key={each} value={each}>
              {titleOf(each)}
            </option>
          ))}
        </Select>
      }
    >
      <Suspense fallback={<Skeleton className="h-44 w-full" />}>
        <div className="grid gap-6 md:grid-cols-2">
          <Chart
            label={`Processor of ${title} over time`}
            title="Processor"
            points={points.map(({ at, cpu }) => ({ at, value: cpu }))}
            limit={now?.cpuLimitMillicores ?? undefined}
            unit={cores}
          />
          <Chart
            label={`Memory of ${title} over time`}
            title="Memory"
            points={points.map(({ at, memory }) => ({ at, value: memory }))}
            limit={now?.memoryLimitBytes ?? undefined}
            unit={bytes}
          />
        </div>
      </Suspense>
      <details className="mt-4">
        <summary className="text-soft rounded">The same as a table</summary>
        <div className="mt-2">
          <Table label={`Measurements of ${title}`}>
            <thead>
              <tr>
                <th scope="col" className={HEAD}>
                  Time
                </th>
                <th scope="col" className={HEAD}>
                  Processor
                </th>
                <th scope="col" className={HEAD}>
                  Memory
                </th>
              </tr>
            </thead>
            <tbody>
              {points.toReversed().map(({ at, cpu, memory }) => (
                <tr key={at} className={ROW}>
                  <th scope="row" className={`${CELL} font-normal`}>
                    {exactTime(new Date(at))}
                  </th>
                  <td className={`${CELL} tabular-nums`}>{cpu === null ? "not measured" : cores(cpu)}</td>
                  <td className={`${CELL} tabular-nums`}>{memory === null ? "not measured" : bytes(memory)}</td>
                </tr>
              ))}
            </tbody>
          </Table>
        </div>
      </details>
    </Card>
  )
}
