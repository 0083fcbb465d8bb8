import { TriangleAlert } from "lucide-react"
import type { ReactNode } from "react"
import { Problem, problemTell } from "~/api/problem"
import { focusKept } from "~/util/main-focus"
import { Button } from "./Button"

interface Props {
  error: unknown
  /** What was wanted: "The store could not be created". */
  what?: string
  onRetry?: () => void
  /** Other ways on, beside trying again. */
  actions?: ReactNode
  children?: ReactNode
}

/** A refusal where it belongs, to stay until it is mended; never only a toast. */
export function ErrorPanel({ error, what, onRetry, actions, children }: Props) {
  const told = problemTell(error)
  // A refusal is the asker's to mend; a fault is to be found in the log.
  const requestId = error instanceof Problem && error.status >= 500 ? error.requestId : undefined
  return (
    <div role="alert" className="border-bad/40 bg-bad-wash text-ink flex gap-3 rounded-lg border p-4">
      <TriangleAlert aria-hidden className="text-bad mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1">
        <p className="font-semibold">{what ?? told.title}</p>
        {what !== undefined && <p>{told.title}.</p>}
        {told.detail !== "" && <p className="break-words">{told.detail}</p>}
        {requestId !== undefined && (
          <p className="mt-1 text-xs">
            For the operator: request <code className="font-mono break-all">{requestId}</code>
          </p>
        )}
        {children}
        {(onRetry !== undefined || actions !== undefined) && (
          <div className="mt-3 flex flex-wrap gap-2">
            {onRetry !== undefined && (
              <Button ref={focusKept} size="sm" onClick={onRetry}>
                Try again
              </Button>
            )}
            {actions}
          </div>
        )}
      </div>
    </div>
  )
}
