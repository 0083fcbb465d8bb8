import type { ComponentView } from "~/api/coming"

/** How a program is, in a word behind its title. */
export function componentWord({ ready, restarts }: ComponentView): string {
  if (!ready) return restarts > 0 ? `not running, started ${restarts + 1} times` : "starting"
  return restarts > 0 ? `started ${restarts + 1} times` : "running"
}
