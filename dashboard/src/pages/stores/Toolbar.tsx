import { ENGINE_ORDER, ENGINES } from "~/api/engine"
import { PHASE_ORDER, PHASES } from "~/api/phase"
import type { Engine, Phase } from "~/api/types"
import { Select } from "~/ui/Input"
import { SearchInput } from "~/ui/SearchInput"
import type { StoresSearch } from "./search"

interface Props {
  search: StoresSearch
  onChange: (next: Partial<StoresSearch>) => void
}

export function Toolbar({ search, onChange }: Props) {
  return (
    <search className="mb-3 flex flex-wrap gap-2">
      <SearchInput
        label="Search stores"
        placeholder="Name, title, address or owner"
        className="flex-1 basis-56"
        value={search.q ?? ""}
        onChange={(q) => onChange({ q: q || undefined })}
      />
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
