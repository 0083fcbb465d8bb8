import { Search } from "lucide-react"
import { useEffect, useRef, useState } from "react"
import { cx } from "~/util/class"
import { Input } from "./Input"

/** As long as somebody types, the address is left alone. */
const SETTLE_MS = 150

interface Props {
  label: string
  placeholder: string
  /** What the address holds. It follows what is typed, late; the field itself never waits for it. */
  value: string
  onChange: (value: string) => void
  className?: string
}

export function SearchInput({ label, placeholder, value, onChange, className }: Props) {
  const [typed, setTyped] = useState(value)
  // What the address holds, and what it was told and does not hold yet.
  const told = useRef([value])
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    const at = told.current.lastIndexOf(value)
    told.current = at < 0 ? [value] : told.current.slice(at)
    if (at >= 0) return
    // Changed from elsewhere: the back button, or "Show all stores".
    clearTimeout(timer.current)
    setTyped(value)
  }, [value])
  useEffect(() => () => clearTimeout(timer.current), [])
  const type = (next: string) => {
    setTyped(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      told.current.push(next)
      onChange(next)
    }, SETTLE_MS)
  }
  return (
    <span className={cx("relative min-w-0", className)}>
      <Search aria-hidden className="text-soft pointer-events-none absolute top-2.5 left-2.5 size-4" />
      <Input
        type="search"
        aria-label={label}
        placeholder={placeholder}
        className="pl-8"
        value={typed}
        onChange={({ target }) => type(target.value)}
      />
    </span>
  )
}
