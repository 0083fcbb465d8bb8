import { Search } from "lucide-react"
import { useEffect, useRef, useState } from "react"
import { ENGINE_ORDER, ENGINES } from "~/api/engine"
import { PHASE_ORDER, PHASES } from "~/api/phase"
import type { Engine, Phase } from "~/api/types"
import { Input, Select } from "~/ui/Input"
import type { StoresSearch } from "./search"

/** As long as somebody types, the address is left alone. */
const SETTLE_MS = 150

interface Props {
  search: StoresSearch
  onChange: (next: Partial<StoresSearch>) => void
}

export function Toolbar({ search, onChange }: Props) {
  return (
    <search className="mb-3 flex flex-wrap gap-2">
      <SearchInput value={search.q ?? ""} onChange={(q) => onChange({ q: q || undefined })} />
      <Select
        aria-label="Status"
        className="min-w-32 max-sm:flex-1"
        value={search.phase ?? ""}
        onChange={({ target }) => onChange({ phase: (target.value || undefined) as Phase | undefined })}
      >
        <option value="">Any status</option>
        {/* Deleted stores leave the list. */}
        {PHASE_ORDER.filter((phase) => phase !== "deleted").map((phase) => (
          <option key={phase} value={phase}>
            {PHASES[phase].label}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Engine"
        className="min-w-32 max-sm:flex-1"
        value={search.engine ?? ""}
        onChange={({ target }) => onChange({ engine: (target.value || undefined) as Engine | undefined })}
      >
        <option value="">Any engine</option>
        {ENGINE_ORDER.map((engine) => (
          <option key={engine} value={engine}>
            {ENGINES[engine].title}
          </option>
        ))}
      </Select>
    </search>
  )
}

function SearchInput({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useState(value)
  const told = useRef(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    // Changed from elsewhere: the back button, or "Show all stores".
    if (value === told.current) return
    told.current = value
    setTyped(value)
  }, [value])
  useEffect(() => () => clearTimeout(timer.current), [])
  const type = (next: string) => {
    setTyped(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      told.current = next
      onChange(next)
    }, SETTLE_MS)
  }
  return (
    <span className="relative min-w-0 flex-1 basis-56">
      <Search aria-hidden className="text-soft pointer-events-none absolute top-2.5 left-2.5 size-4" />
      <Input
        type="search"
        aria-label="Search stores"
        placeholder="Name, title, address or owner"
        className="pl-8"
        value={typed}
        onChange={({ target }) => type(target.value)}
      />
    </span>
  )
}
