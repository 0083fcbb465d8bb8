import type { LogLine } from "~/api/runtime"

/** What the page keeps of a log at most; more is in the file that is downloaded. */
export const KEPT = 20_000

export interface Line extends LogLine {
  /** Counts within the page: a key for what is drawn. */
  key: number
}

let keys = 0

/** New lines behind those there are. Colours of a terminal are left out. */
export function linesAdd(held: Line[], fresh: LogLine[]): Line[] {
  const added = fresh.map(({ at, line }) => ({ at, line: line.replace(COLOURS, ""), key: keys++ }))
  const all = [...held, ...added]
  return all.length > KEPT ? all.slice(-KEPT) : all
}

/** After a break the stream begins with lines of the past again: what is held from there on is theirs. */
export function linesBefore(held: Line[], first: LogLine | undefined): Line[] {
  const from = first?.at
  if (!from) return []
  const end = held.findIndex(({ at }) => at != null && at >= from)
  return end < 0 ? held : held.slice(0, end)
}

/** How many stand behind `last`. By their times, since after a break the same lines come again. */
export function linesSince(lines: Line[], last: Line | undefined): number {
  if (!last) return lines.length
  const newer = ({ at, key }: Line) => (at && last.at ? at > last.at : key > last.key)
  return lines.length - 1 - lines.findLastIndex((line) => !newer(line))
}

export function linesFind(lines: Line[], wanted: string): Line[] {
  const words = wanted.trim().toLowerCase()
  return words === "" ? lines : lines.filter(({ line }) => line.toLowerCase().includes(words))
}

/** A line in pieces: every second one is what was looked for. */
export function pieces(line: string, wanted: string): string[] {
  const words = wanted.trim().toLowerCase()
  if (words === "") return [line]
  const found: string[] = []
  const lower = line.toLowerCase()
  let from = 0
  for (let at = lower.indexOf(words); at >= 0; at = lower.indexOf(words, from)) {
    found.push(line.slice(from, at), line.slice(at, at + words.length))
    from = at + words.length
  }
  return [...found, line.slice(from)]
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a terminal's colours begin with
const COLOURS = /\u001b\[[0-9;]*[A-Za-z]/g
