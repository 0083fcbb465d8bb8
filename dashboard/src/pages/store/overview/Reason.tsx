import type { Store } from "~/api/types"
import { Copy } from "~/ui/Copy"
import { Notice } from "~/ui/Notice"

type ReasonView = NonNullable<Store["reason"]>

interface Props {
  reason: ReasonView
  tone: "warn" | "bad"
  /** Where what the cluster said is the very thing one came for. */
  open?: boolean
}

/** What happened and what cures it, in plain words; what the cluster said is folded away, for the operator. */
export function Reason({ reason, tone, open }: Props) {
  return (
    <Notice tone={tone} title={reason.message}>
      <p>{reason.cure}</p>
      <details open={open} className="mt-2">
        <summary className="text-soft hover:text-ink w-fit rounded">What the cluster said</summary>
        <div className="bg-surface border-line mt-2 rounded-md border">
          <div className="flex items-start gap-2">
            <pre className="min-w-0 flex-1 p-3 font-mono text-xs break-words whitespace-pre-wrap">{reason.detail}</pre>
            <Copy value={`${reason.code}: ${reason.detail}`} what="the error" className="shrink-0" />
          </div>
          <p className="text-soft border-line border-t px-3 py-2 text-xs">
            For the operator: the heading <code className="text-ink font-mono">{reason.code}</code> in{" "}
            <code className="text-ink font-mono">docs/failures.md</code>
          </p>
        </div>
      </details>
    </Notice>
  )
}
