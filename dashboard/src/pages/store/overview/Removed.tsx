import { Minus } from "lucide-react"

/** What a word of the cluster is to an owner. */
const KINDS: Record<string, string> = {
  release: "The shop's installation",
  namespace: "The place it ran in, with its database and passwords",
  persistentvolume: "A disk with its data",
}

/** Each thing in an owner's words, with the operator's beside it. */
export function Removed({ items }: { items: string[] }) {
  return (
    <ul className="grid gap-1.5">
      {items.map((item) => {
        const words = KINDS[item.split("/", 1)[0] ?? ""]
        return (
          <li key={item} className="flex gap-2">
            <Minus aria-hidden className="text-soft mt-0.5 size-4 shrink-0" />
            <span className="min-w-0">
              {words ?? item}
              {words && <code className="text-soft block font-mono text-xs break-all">{item}</code>}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
