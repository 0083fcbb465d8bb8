import { useEffect, useReducer, useRef } from "react"
import type { LogLine } from "~/api/coming"
import { logFollow } from "~/api/log-stream"
import { problemTell } from "~/api/problem"
import { type Line, linesAdd, linesBefore } from "./log-lines"

/** `ended`: the program stopped writing for good. `cut`: the connection did. Both are tried again. */
export type LogState = "connecting" | "live" | "ended" | "cut" | "refused"

/** Lines of the past that come first. */
const TAIL = 500
const AGAIN_MS = 3_000

interface Log {
  lines: Line[]
  state: LogState
  error: unknown
  /** Lines that wait while the reader reads. */
  held: number
}

const EMPTY: Log = { lines: [], state: "connecting", error: undefined, held: 0 }

/** A component's log as it is written. While `paused`, what arrives is kept aside. */
export function useLog(store: string, component: string, paused: boolean): Log & { again: () => void } {
  const log = useRef<Log>(EMPTY)
  const aside = useRef<LogLine[]>([])
  const isPaused = useRef(paused)
  const [, draw] = useReducer((count: number) => count + 1, 0)
  const [round, again] = useReducer((count: number) => count + 1, 0)

  useEffect(() => {
    isPaused.current = paused
    if (paused || aside.current.length === 0) return
    log.current = { ...log.current, lines: linesAdd(log.current.lines, aside.current), held: 0 }
    aside.current = []
    draw()
  }, [paused])

  // biome-ignore lint/correctness/useExhaustiveDependencies: another round begins anew
  useEffect(() => {
    const stop = new AbortController()
    log.current = EMPTY
    aside.current = []
    let frame = 0
    const set = (change: Partial<Log>) => {
      if (stop.signal.aborted) return
      log.current = { ...log.current, ...change }
      // Bunches come faster than a screen draws.
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(draw)
    }
    const run = async () => {
      for (let first = true; !stop.signal.aborted; ) {
        try {
          const end = await logFollow(
            { store, component, tail: TAIL },
            stop.signal,
            () => {
              first = true
              set({ state: "live", error: undefined })
            },
            (lines) => {
              if (first) set({ lines: linesBefore(log.current.lines, lines[0]) })
              first = false
              if (!isPaused.current) return set({ lines: linesAdd(log.current.lines, lines) })
              aside.current.push(...lines)
              set({ held: aside.current.length })
            },
          )
          set({ state: end })
        } catch (error) {
          if (stop.signal.aborted) return
          // What asking again can't cure is the reader's to decide.
          if (!problemTell(error).retry) return set({ state: "refused", error })
          set({ state: "cut" })
        }
        await pause(AGAIN_MS, stop.signal)
      }
    }
    draw()
    void run()
    return () => {
      stop.abort()
      cancelAnimationFrame(frame)
    }
  }, [store, component, round])

  return { ...log.current, again }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener("abort", () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
