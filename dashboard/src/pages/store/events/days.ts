export interface Day<T> {
  /** In the reader's zone: `2026-11-23`. */
  key: string
  /** `Today`, `Yesterday`, or the date. */
  title: string
  items: T[]
}

const dateFormat = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
})
const timeFormat = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" })

/** Groups what is in order of time by the reader's days. */
export function byDay<T extends { at: string }>(items: T[], now: number): Day<T>[] {
  const days: Day<T>[] = []
  for (const item of items) {
    const key = dayKey(new Date(item.at))
    const last = days.at(-1)
    if (last?.key === key) last.items.push(item)
    else days.push({ key, title: dayTitle(key, new Date(item.at), now), items: [item] })
  }
  return days
}

export const timeOfDay = (at: string) => timeFormat.format(new Date(at))

function dayTitle(key: string, date: Date, now: number): string {
  if (key === dayKey(new Date(now))) return "Today"
  const yesterday = new Date(now)
  yesterday.setDate(yesterday.getDate() - 1)
  return key === dayKey(yesterday) ? "Yesterday" : dateFormat.format(date)
}

function dayKey(date: Date): string {
  const two = (number: number) => String(number).padStart(2, "0")
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
