import { Tabs as Base } from "@base-ui/react/tabs"
import type { ReactNode } from "react"

interface Props<T extends string> {
  /** What the tabs are about, for screen readers. */
  label: string
  value: T
  onChange: (value: T) => void
  tabs: { value: T; label: ReactNode; panel: ReactNode }[]
}

export function Tabs<T extends string>({ label, value, onChange, tabs }: Props<T>) {
  return (
    <Base.Root value={value} onValueChange={onChange}>
      <Base.List aria-label={label} className="border-line flex gap-4 overflow-x-auto border-b">
        {tabs.map((tab) => (
          <Base.Tab
            key={tab.value}
            value={tab.value}
            className="text-soft data-active:text-ink data-active:border-ink -mb-px h-9 shrink-0 border-b-2 border-transparent px-0.5 font-medium"
          >
            {tab.label}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        // The one that was left stays for a frame, for those who fade it; two below each other are a jump.
        <Base.Panel key={tab.value} value={tab.value} className="pt-5 data-ending-style:hidden">
          {tab.panel}
        </Base.Panel>
      ))}
    </Base.Root>
  )
}
