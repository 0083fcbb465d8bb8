import { cx } from "~/util/class"

interface Props {
  /** What of what: "Memory of MySQL". */
  label: string
  used: number | null | undefined
  limit: number | null | undefined
  unit: (amount: number) => string
}

/** Above this share somebody should look; above the other, now. */
const WARM = 0.8
const HOT = 0.95

/** How much of how much, as words and as a bar. */
export function Meter({ label, used, limit, unit }: Props) {
  if (used == null) return <span className="text-soft">not measured</span>
  if (!limit) return <span className="tabular-nums">{unit(used)}</span>
  const share = Math.min(used / limit, 1)
  const words = `${unit(used)} of ${unit(limit)}`
  return (
    <div className="grid min-w-32 gap-1">
      <span className="flex justify-between gap-3 tabular-nums">
        {words}
        <span className={share >= HOT ? "text-bad font-medium" : share >= WARM ? "text-warn font-medium" : "text-soft"}>
          {Math.round(share * 100)} %
        </span>
      </span>
      {/* biome-ignore lint/a11y/useSemanticElements: a meter element looks different, and is read differently, in every browser */}
      <div
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuenow={used}
        aria-valuetext={words}
        className="bg-raised h-1.5 overflow-hidden rounded-full"
      >
        <div
          className={cx("h-full rounded-full", share >= HOT ? "bg-bad" : share >= WARM ? "bg-warn" : "bg-good")}
          style={{ width: `${share * 100}%` }}
        />
      </div>
    </div>
  )
}
