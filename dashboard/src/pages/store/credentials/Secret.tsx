import type { ReactNode } from "react"
import { Copy } from "~/ui/Copy"

export function Row({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="border-line grid gap-x-4 gap-y-0.5 border-b py-2.5 sm:grid-cols-[10rem_minmax(0,1fr)]">
      <dt className="text-soft">{title}</dt>
      <dd className="flex min-w-0 items-center gap-2">{children}</dd>
    </div>
  )
}

/** Dots, as many as any secret has, until there is a value. */
export function Secret({ title, what, value }: { title: string; what: string; value: string | undefined }) {
  return (
    <Row title={title}>
      {value === undefined ? (
        <span className="text-soft">
          <span aria-hidden className="tracking-widest">
            ••••••••••
          </span>
          <span className="sr-only">hidden</span>
        </span>
      ) : (
        <>
          <code className="min-w-0 font-mono text-[0.8125rem] break-all select-all">{value}</code>
          <Copy value={value} what={what} className="-my-2 ml-auto shrink-0" />
        </>
      )}
    </Row>
  )
}
