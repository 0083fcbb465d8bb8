import { Copy } from "./Copy"

/** Text for a terminal. `what` names it for the copy button: "the curl command". */
export function CodeBlock({ code, what }: { code: string; what: string }) {
  return (
    <div className="border-line bg-raised relative rounded-lg border">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section aria-label={what} tabIndex={0} className="overflow-x-auto rounded-lg">
        <pre className="p-3 pr-12 font-mono text-xs leading-5">
          <code>{code}</code>
        </pre>
      </section>
      <Copy value={code} what={what} className="absolute top-1 right-1" />
    </div>
  )
}
