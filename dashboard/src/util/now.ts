import { useSyncExternalStore } from "react"

/** One clock for all ages on the screen, instead of a timer each. */
function clock(everyMs: number) {
  const listeners = new Set<() => void>()
  let timer: ReturnType<typeof setInterval> | undefined
  let now = Date.now()
  const subscribe = (listener: () => void) => {
    listeners.add(listener)
    now = Date.now()
    timer ??= setInterval(() => {
      now = Date.now()
      for (const each of listeners) each()
    }, everyMs)
    return () => {
      listeners.delete(listener)
      if (listeners.size > 0) return
      clearInterval(timer)
      timer = undefined
    }
  }
  return () => useSyncExternalStore(subscribe, () => now)
}

/** For ages. */
export const useMinute = clock(20_000)
/** For durations that run. */
export const useSecond = clock(1_000)
