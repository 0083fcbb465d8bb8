import { cx } from "~/util/class"
import { Copy } from "./Copy"

/**
 * Text for a terminal. `what` names it for the copy button: "the curl command". `wrap` is for one long word that must
 * be seen whole.
 */
export function CodeBlock({ code, what, wrap }: { code: string; what: string; wrap?: boolean }) {
  return (
    <div className="border-line bg-raised relative rounded-lg border">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section aria-label={what} tabIndex={0} className="overflow-x-auto rounded-lg">
        <pre className={cx("p-3 pr-12 font-mono text-xs leading-5", wrap && "break-all whitespace-pre-wrap")}>
          <code>{code}</code>
        </pre>
      </section>
      <Copy value={code} what={what} className="absolute top-1 right-1" />
    </div>
  )
}
