import type { ReactNode } from "react"

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="border-line bg-raised text-soft inline-grid h-5 min-w-5 place-items-center rounded border px-1 font-sans text-[0.6875rem]">
      {children}
    </kbd>
  )
}
