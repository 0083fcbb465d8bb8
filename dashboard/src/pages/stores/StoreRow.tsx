import { Link } from "@tanstack/react-router"
import { ExternalLink } from "lucide-react"
import { memo } from "react"
import { ENGINES } from "~/api/engine"
import { PHASES } from "~/api/phase"
import { type Permission, storeCan } from "~/api/store-can"
import type { Store } from "~/api/types"
import { StatusChip } from "~/components/StatusChip"
import { Checkbox } from "~/ui/Checkbox"
import { CELL, ROW } from "~/ui/Table"
import { Time } from "~/ui/Time"
import { cx } from "~/util/class"

/** The same for each, or the scroll bar would lie. */
export const ROW_PX = 64

interface Props {
  index: number
  store: Store
  chosen: boolean
  onChoose: (id: string, on: boolean) => void
  may: Permission
}

export const StoreRow = memo(function StoreRow({ index, store, chosen, onChoose, may }: Props) {
  return (
    <tr
      // The head is the first.
      aria-rowindex={index + 2}
      className={cx(ROW, chosen ? "bg-accent-wash" : "hover:bg-hover")}
      style={{ height: ROW_PX }}
    >
      <td className={`${CELL} pr-0`}>
        <Checkbox
          aria-label={`Choose ${store.name}`}
          className="block"
          checked={chosen && may.allowed}
          disabled={!may.allowed}
          title={may.allowed ? undefined : may.why}
          onChange={({ target }) => onChoose(store.id, target.checked)}
        />
      </td>
      <th scope="row" className={`${CELL} font-normal`}>
        <Link
          to="/stores/$store"
          params={{ store: store.name }}
          className="block truncate rounded font-medium hover:underline"
        >
          {store.name}
        </Link>
        <span className="text-soft block truncate text-xs">{store.title}</span>
      </th>
      <td className={CELL}>
        <StatusChip phase={store.phase} />
        <Trouble store={store} />
      </td>
      <td className={`${CELL} text-soft max-md:hidden`}>{ENGINES[store.engine].title}</td>
      <td className={`${CELL} max-lg:hidden`}>
        <Address store={store} />
      </td>
      <td className={`${CELL} text-soft truncate max-lg:hidden`} title={store.createdBy}>
        {store.createdBy}
      </td>
      <td className={`${CELL} text-soft whitespace-nowrap max-sm:hidden`}>
        <Time at={store.createdAt} />
      </td>
    </tr>
  )
})

/** What is in the way, or what is being done, in a line. */
function Trouble({ store }: { store: Store }) {
  const running = PHASES[store.phase].moving ? store.steps.find(({ state }) => state === "running") : undefined
  const words = store.reason?.message ?? running?.detail
  if (!words) return null
  return (
    <span
      title={words}
      className={cx("mt-0.5 block truncate text-xs max-sm:hidden", store.reason ? "text-bad" : "text-soft")}
    >
      {words}
    </span>
  )
}

function Address({ store }: { store: Store }) {
  if (!storeCan.open(store, { role: "viewer" }).allowed) {
    return <span className="text-soft block truncate">{store.host}</span>
  }
  return (
    <a href={store.url} target="_blank" rel="noreferrer" className="flex items-center gap-1 rounded hover:underline">
      <span className="truncate">{store.host}</span>
      <ExternalLink aria-label="opens in a new tab" className="text-soft size-3.5 shrink-0" />
    </a>
  )
}
