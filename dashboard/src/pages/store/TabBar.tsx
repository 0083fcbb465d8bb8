import { Link } from "@tanstack/react-router"
import { TABS } from "./tabs"

const TAB =
  "text-soft hover:text-ink aria-[current=page]:text-ink aria-[current=page]:border-ink -mb-px inline-flex h-9 items-center border-b-2 border-transparent px-0.5 font-medium max-sm:px-0"

/** Links, not ARIA tabs: each part has an address, opens in a window of its own, and the back button knows it. */
export function TabBar({ store }: { store: string }) {
  return (
    <nav aria-label="Store" className="border-line mb-5 overflow-x-auto border-b">
      <ul className="flex gap-4 max-sm:gap-2 max-sm:text-[0.8125rem]">
        {TABS.map(({ to, label }) => (
          <li key={to}>
            <Link to={to} params={{ store }} activeOptions={{ exact: true, includeSearch: false }} className={TAB}>
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
