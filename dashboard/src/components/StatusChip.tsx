import {
  Ban,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  LoaderCircle,
  type LucideIcon,
  ShoppingCart,
  Trash2,
} from "lucide-react"
import { PHASES } from "~/api/phase"
import type { Phase } from "~/api/types"
import { Badge } from "~/ui/Badge"
import { cx } from "~/util/class"

const ICONS: Record<Phase, LucideIcon> = {
  requested: CircleDashed,
  provisioning: LoaderCircle,
  proving: ShoppingCart,
  ready: CircleCheck,
  failed: CircleAlert,
  deleting: Trash2,
  deleted: Ban,
}

/** How far a store is: by word, by icon and by colour, so that none of the three has to be seen. */
export function StatusChip({ phase, className }: { phase: Phase; className?: string }) {
  const { label, tone, meaning } = PHASES[phase]
  const Icon = ICONS[phase]
  return (
    <span title={meaning} className={cx("inline-flex", className)}>
      <Badge tone={tone} icon={<Icon aria-hidden className={cx(phase === "provisioning" && "animate-spin")} />}>
        {label}
      </Badge>
    </span>
  )
}
