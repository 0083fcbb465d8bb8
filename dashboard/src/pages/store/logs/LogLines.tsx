import { useVirtualizer } from "@tanstack/react-virtual"
import { useEffect, useRef } from "react"
import { cx } from "~/util/class"
import { exactTime } from "~/util/time"
import { type Line, pieces } from "./log-lines"

const LINE_PX = 20
/** Nearer to the end than this is at the end. */
const END_PX = 2 * LINE_PX

interface Props {
  lines: Line[]
  /** Marked within the lines. */
  wanted: string
  /** Of the component. */
  title: string
  follow: boolean
  setFollow: (follow: boolean) => void
  wrap: boolean
}

/** Only the lines on the screen are in the page, however many there are. */
export function LogLines({ lines, wanted, title, follow, setFollow, wrap }: Props) {
  const scroller = useRef<HTMLElement>(null)
  const lastTop = useRef(0)
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    getItemKey: (index) => lines[index]?.key ?? index,
    overscan: 20,
  })

  // biome-ignore lint/correctness/useExhaustiveDependencies: another way to wrap makes every height wrong
  useEffect(() => rows.measure(), [rows, wrap])

  const last = lines.at(-1)?.key
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new last line is gone to
  useEffect(() => {
    if (follow && lines.length > 0) rows.scrollToIndex(lines.length - 1, { align: "end" })
  }, [rows, follow, last, wrap])

  /** Whoever scrolls up wants to read; whoever is back at the end wants to follow. */
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = scroller.current as HTMLElement
    const atEnd = scrollHeight - scrollTop - clientHeight < END_PX
    if (scrollTop < lastTop.current && !atEnd) setFollow(false)
    if (scrollTop > lastTop.current && atEnd) setFollow(true)
    lastTop.current = scrollTop
  }

  return (
    <section
      ref={scroller}
      aria-label={`Log of ${title}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      onScroll={onScroll}
      className="h-[min(32rem,70dvh)] overflow-auto overscroll-contain font-mono text-xs leading-5 -outline-offset-2"
    >
      {lines.length === 0 && (
        <p className="text-soft p-3 font-sans">{wanted ? "No line has these words." : "No lines yet."}</p>
      )}
      <div className="relative w-full" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ key, index, start }) => {
          const line = lines[index]
          if (!line) return null
          return (
            <div
              key={key}
              ref={wrap ? rows.measureElement : undefined}
              data-index={index}
              className={cx("hover:bg-hover absolute top-0 left-0 flex gap-3 px-3", wrap ? "w-full" : "min-w-full")}
              style={{ transform: `translateY(${start}px)` }}
            >
              {line.at && (
                <time dateTime={line.at} title={exactTime(line.at)} className="text-soft shrink-0 select-none">
                  {clock.format(new Date(line.at))}
                </time>
              )}
              <span className={wrap ? "min-w-0 wrap-anywhere whitespace-pre-wrap" : "whitespace-pre"}>
                {pieces(line.line, wanted).map((piece, place) =>
                  // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other identity
                  place % 2 === 1 ? <mark key={place}>{piece}</mark> : piece,
                )}
                {line.line === "" && " "}
              </span>
            </div>
          )
        })}
      </div>
    </section>
  )
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23",
})
