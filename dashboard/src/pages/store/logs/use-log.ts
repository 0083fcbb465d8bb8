import { useEffect, useReducer, useRef } from "react"
import { logFollow } from "~/api/log-stream"
import { Problem, problemTell } from "~/api/problem"
import { type Line, linesAdd, linesBefore, linesSince } from "./log-lines"

/**
 * `ended`: the program ended. `cut`: the connection did. `waiting`: the program has not begun. All three are asked
 * again; `refused` is the reader's to decide.
 */
export type LogState = "connecting" | "live" | "ended" | "cut" | "waiting" | "refused"

/** Lines of the past that come first. */
const TAIL = 500
const AGAIN_MS = 2_000
/** A chore that is done writes no more; a server that is started again is worth the wait. */
const AGAIN_ENDED_MS = 15_000
/** Not yet begun, or between two runs. */
const NOT_NOW = 409

interface Log {
  lines: Line[]
  state: LogState
  error: unknown
}

const EMPTY: Log = { lines: [], state: "connecting", error: undefined }

interface Shown extends Log {
  /** Lines that wait while the reader reads. */
  held: number
  again: () => void
}

/** A component's log as it is written. While `paused`, what is shown stays as it was, whatever arrives or breaks. */
export function useLog(store: string, component: string, paused: boolean): Shown {
  const log = useRef<Log>(EMPTY)
  const frozen = useRef<Line[]>(undefined)
  const [, draw] = useReducer((count: number) => count + 1, 0)
  const [round, again] = useReducer((count: number) => count + 1, 0)

  useEffect(() => {
    frozen.current = paused ? log.current.lines : undefined
    draw()
  }, [paused])

  // biome-ignore lint/correctness/useExhaustiveDependencies: another round begins anew
  useEffect(() => {
    const stop = new AbortController()
    log.current = EMPTY
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
              set({ lines: linesAdd(log.current.lines, lines) })
            },
          )
          set({ state: end })
          await pause(end === "ended" ? AGAIN_ENDED_MS : AGAIN_MS, stop.signal)
        } catch (error) {
          if (stop.signal.aborted) return
          const notNow = error instanceof Problem && error.status === NOT_NOW
          if (!notNow && !problemTell(error).retry) return set({ state: "refused", error })
          set({ state: notNow ? "waiting" : "cut" })
          await pause(AGAIN_MS, stop.signal)
        }
      }
    }
    draw()
    void run()
    return () => {
      stop.abort()
      cancelAnimationFrame(frame)
    }
  }, [store, component, round])

  const lines = frozen.current ?? log.current.lines
  return {
    ...log.current,
    lines,
    held: frozen.current ? linesSince(log.current.lines, frozen.current.at(-1)) : 0,
    again,
  }
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
