import { useMinute } from "~/util/now"
import { exactTime, relativeTime } from "~/util/time"
import { Tooltip } from "./Tooltip"

/** How long ago, with the exact time on hover. */
export function Time({ at, className }: { at: string; className?: string }) {
  const now = useMinute()
  return (
    <Tooltip text={exactTime(at)}>
      <time dateTime={at} className={className}>
        {relativeTime(at, now)}
      </time>
    </Tooltip>
  )
}
