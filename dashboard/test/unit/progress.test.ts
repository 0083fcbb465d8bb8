import { expect, test } from "vitest"
import type { EngineView, EventView } from "~/api/types"
import { byDay } from "~/pages/store/events/days"
import { beganAt, roughly, stepSeconds, typicalTotal } from "~/pages/store/overview/typical"

const at = (second: number) => new Date(Date.UTC(2026, 10, 23, 12, 0, second)).toISOString()
const ms = (second: number) => new Date(at(second)).getTime()

test("database, shop and address are made side by side: the longest of them is waited for", () => {
  const typicalSeconds = [
    { step: "namespace", seconds: 1 },
    { step: "release", seconds: 2 },
    { step: "database", seconds: 5 },
    { step: "application", seconds: 9 },
    { step: "route", seconds: 4 },
    { step: "proof", seconds: 3 },
  ] as const
  expect(typicalTotal({ typicalSeconds } as unknown as EngineView)).toBe(15)
  expect(typicalTotal({ typicalSeconds: [] } as unknown as EngineView)).toBeUndefined()
  expect([3, 13, 40, 70, 130].map(roughly)).toEqual([
    "a few seconds",
    "about 15 seconds",
    "about 40 seconds",
    "about a minute",
    "about 2 minutes",
  ])
})

test("after a retry the time of a step counts from the retry, not from yesterday", () => {
  const asked = (second: number) => ({ kind: "phase", phase: "requested", at: at(second) }) as EventView
  const began = beganAt([asked(0), asked(40)], at(0))
  expect(began).toBe(ms(40))
  expect(stepSeconds({ step: "route", state: "running", startedAt: at(1) }, began, ms(43))).toBe(3)
  const done = { step: "route", state: "done", startedAt: at(1), endedAt: at(45) } as const
  expect(stepSeconds(done, began, ms(50))).toBe(5)
  const before = { step: "namespace", state: "done", startedAt: at(1), endedAt: at(3) } as const
  expect(stepSeconds(before, began, ms(50)), "a step of the first try keeps its own time").toBe(2)
  expect(stepSeconds({ step: "proof", state: "waiting" }, began, ms(50))).toBeUndefined()
})

test("events are grouped by the reader's days", () => {
  const now = new Date(2026, 10, 23, 9).getTime()
  const on = (day: number, hour: number) => ({ at: new Date(2026, 10, day, hour).toISOString() })
  const days = byDay([on(23, 1), on(22, 23), on(22, 1), on(1, 12)], now)
  expect(days.map(({ title, items }) => [title, items.length])).toEqual([
    ["Today", 1],
    ["Yesterday", 2],
    [expect.stringContaining("2026"), 1],
  ])
})
