import type { ComponentView } from "~/api/runtime"

/** What there is to say of a program behind its title; nothing where all is well. */
export function componentWord({ ready, restarts }: ComponentView): string | undefined {
  const words = [
    !ready && "not ready",
    restarts > 0 && `started again ${restarts === 1 ? "once" : `${restarts} times`}`,
  ]
  return words.filter(Boolean).join(", ") || undefined
}
