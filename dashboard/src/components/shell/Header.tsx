import { Link } from "@tanstack/react-router"
import { Search, Store } from "lucide-react"
import { configGet } from "~/api/config"
import { paletteOpen } from "~/components/palette/PaletteHost"
import { Badge } from "~/ui/Badge"
import { Kbd } from "~/ui/Kbd"
import { AccountButton } from "./AccountButton"
import { ThemeButton } from "./ThemeButton"

const LINK =
  "text-soft hover:text-ink data-[status=active]:text-ink data-[status=active]:bg-raised rounded-md px-2 py-1 font-medium max-sm:px-1.5"

export function Header() {
  const { environment } = configGet()
  return (
    <header className="border-line bg-surface sticky top-0 z-30 border-b">
      <div className="mx-auto flex h-14 max-w-7xl items-center gap-2 px-4 sm:gap-4 sm:px-6">
        <Link to="/" aria-label="Stores, home" className="flex items-center gap-2 rounded-md font-semibold">
          <span className="bg-primary text-on-primary grid size-7 place-items-center rounded-md">
            <Store aria-hidden className="size-4" />
          </span>
        </Link>
        <nav aria-label="Main" className="flex items-center gap-1">
          <Link to="/" activeOptions={{ exact: true, includeSearch: false }} className={LINK}>
            Stores
          </Link>
          <Link to="/settings/account" className={LINK}>
            Settings
          </Link>
        </nav>
        {environment !== "production" && <Badge className="max-md:hidden">{environment}</Badge>}
        <div className="ml-auto flex items-center gap-1">
          <button
            type="button"
            onClick={paletteOpen}
            aria-keyshortcuts="Control+K Meta+K"
            className="border-edge text-soft hover:bg-hover flex h-9 items-center gap-2 rounded-md border px-2.5 max-sm:border-transparent sm:w-56"
          >
            <Search aria-hidden className="size-4" />
            <span className="max-sm:sr-only">Search</span>
            <span aria-hidden className="ml-auto flex gap-1 max-sm:hidden">
              <Kbd>{MAC ? "⌘" : "Ctrl"}</Kbd>
              <Kbd>K</Kbd>
            </span>
          </button>
          <ThemeButton />
          <AccountButton />
        </div>
      </div>
    </header>
  )
}

const MAC = /Mac|iPhone|iPad/.test(navigator.platform)
