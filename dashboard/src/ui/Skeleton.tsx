import { cx } from "~/util/class"

/** Takes the room of what will come, so that nothing jumps. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cx("bg-raised block h-4 animate-pulse rounded", className)} />
}
