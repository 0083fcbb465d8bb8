import { useNavigate, useSearch } from "@tanstack/react-router"
import { useDeferredValue, useMemo, useState } from "react"
import type { ComponentView } from "~/api/runtime"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { useShownStore } from "../store-context"
import { LogLines } from "./LogLines"
import { LogTools } from "./LogTools"
import { linesFind } from "./log-lines"
import { type LogState, useLog } from "./use-log"

interface Props {
  components: ComponentView[]
  chosen: ComponentView
  onChoose: (name: string) => void
}

/** Exhaustive: what the foot of the log says. */
const STATES: Record<LogState, string> = {
  connecting: "Connecting…",
  live: "Live",
  ended: "The program ended",
  waiting: "The program has not begun yet",
  cut: "Reconnecting…",
  refused: "Not connected",
}

/** One component's log. */
export function Log({ components, chosen, onChoose }: Props) {
  const store = useShownStore()
  const navigate = useNavigate({ from: "/stores/$store/logs" })
  const { q = "" } = useSearch({ from: "/shell/stores/$store/logs" })
  const [paused, setPaused] = useState(false)
  const [follow, setFollow] = useState(true)
  const [wrap, setWrap] = useState(false)
  const log = useLog(store.id, chosen.name, paused)
  const wanted = useDeferredValue(q)
  const found = useMemo(() => linesFind(log.lines, wanted), [log.lines, wanted])
  const find = (words: string) =>
    void navigate({ search: (before) => ({ ...before, q: words || undefined }), replace: true })
  return (
    <section aria-label="Logs" className="border-line bg-surface overflow-hidden rounded-lg border">
      <LogTools
        {...{ components, chosen, onChoose, paused, setPaused, follow, setFollow, wrap, setWrap, q }}
        onFind={find}
        held={log.held}
      />
      {log.state === "refused" && (
        <div className="p-3">
          <ErrorPanel error={log.error} what="The log could not be read" onRetry={log.again} />
        </div>
      )}
      <LogLines lines={found} wanted={wanted} title={chosen.title} {...{ follow, setFollow, wrap }} />
      <div className="border-line text-soft flex flex-wrap justify-between gap-x-4 border-t px-3 py-1.5 text-xs">
        <span role="status">{paused ? "Paused" : STATES[log.state]}</span>
        <span className="tabular-nums">
          {wanted.trim() === "" ? `${log.lines.length} lines` : `${found.length} of ${log.lines.length} lines`}
        </span>
      </div>
    </section>
  )
}
