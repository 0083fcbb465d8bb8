import type { ReactNode } from "react"
import type { Tone } from "~/api/phase"
import { cx } from "~/util/class"

export const TONES: Record<Tone, string> = {
  good: "bg-good-wash text-good",
  busy: "bg-busy-wash text-busy",
  warn: "bg-warn-wash text-warn",
  bad: "bg-bad-wash text-bad",
  idle: "bg-idle-wash text-idle",
}

/** A word on a coloured ground. The word alone must say it. */
export function Badge({
  tone = "idle",
  icon,
  className,
  children,
}: {
  tone?: Tone
  icon?: ReactNode
  className?: string
  children: ReactNode
}) {
  return (
    <span
      className={cx(
        "inline-flex h-6 items-center gap-1.5 rounded-full px-2 text-xs font-medium whitespace-nowrap [&>svg]:size-3.5",
        TONES[tone],
        className,
      )}
    >
      {icon}
      {children}
    </span>
  )
}
