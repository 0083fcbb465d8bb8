import { CircleAlert, CircleCheck, Info, type LucideIcon, TriangleAlert } from "lucide-react"
import type { ReactNode } from "react"
import type { Tone } from "~/api/phase"
import { cx } from "~/util/class"

const LOOKS: Record<Tone, { icon: LucideIcon; ground: string; mark: string }> = {
  good: { icon: CircleCheck, ground: "border-good/40 bg-good-wash", mark: "text-good" },
  busy: { icon: Info, ground: "border-busy/40 bg-busy-wash", mark: "text-busy" },
  warn: { icon: TriangleAlert, ground: "border-warn/40 bg-warn-wash", mark: "text-warn" },
  bad: { icon: CircleAlert, ground: "border-bad/40 bg-bad-wash", mark: "text-bad" },
  idle: { icon: Info, ground: "border-line bg-raised", mark: "text-soft" },
}

interface Props {
  tone: Tone
  title: ReactNode
  /** Read out at once; for what comes as the answer to a press. */
  alert?: boolean
  icon?: LucideIcon
  children?: ReactNode
}

/** Something to know before going on, where it belongs, to stay as long as it holds. */
export function Notice({ tone, title, alert, icon, children }: Props) {
  const { icon: usual, ground, mark } = LOOKS[tone]
  const Icon = icon ?? usual
  return (
    <div role={alert ? "alert" : undefined} className={cx("text-ink flex gap-3 rounded-lg border p-4", ground)}>
      <Icon aria-hidden className={cx("mt-0.5 size-4 shrink-0", mark)} />
      <div className="min-w-0 flex-1">
        <p className="font-semibold">{title}</p>
        {children}
      </div>
    </div>
  )
}
