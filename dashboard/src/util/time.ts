const exactFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" })
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" })

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * DAY],
  ["month", 30 * DAY],
  ["day", DAY],
  ["hour", HOUR],
  ["minute", MINUTE],
]

/** In the reader's zone and manner, with the zone named. */
export function exactTime(at: string | Date): string {
  return exactFormat.format(new Date(at))
}

/** `3 hours ago`, `in 5 days`, `just now`. */
export function relativeTime(at: string | Date, now: number): string {
  const seconds = (new Date(at).getTime() - now) / 1000
  const unit = UNITS.find(([, length]) => Math.abs(seconds) >= length)
  if (!unit) return seconds > 0 ? "in a moment" : "just now"
  return relative.format(Math.trunc(seconds / unit[1]), unit[0])
}

/** `4.2 s`, `1 min 5 s`, `2 h 3 min`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < MINUTE) return `${Math.round(seconds)} s`
  const whole = Math.round(seconds)
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min ${whole % MINUTE} s`
  return `${Math.floor(whole / HOUR)} h ${Math.floor((whole % HOUR) / MINUTE)} min`
}
