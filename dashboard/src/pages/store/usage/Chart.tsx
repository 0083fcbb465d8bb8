import { Line, LineChart, ReferenceLine, ResponsiveContainer, XAxis, YAxis } from "recharts"

interface Props {
  /** What it shows, for who can't see it; the numbers stand in the table beside it. */
  label: string
  title: string
  points: { at: number; value: number | null }[]
  /** What the program may take at most. */
  limit: number | undefined
  unit: (amount: number) => string
}

const TEXT = { fill: "var(--soft)", fontSize: 12 }
/** Before the page has been measured, so that nothing is drawn into no room. */
const FIRST_SIZE = { width: 300, height: 176 }

export default function Chart({ label, title, points, limit, unit }: Props) {
  const most = Math.max(1, limit ?? 0, ...points.map(({ value }) => value ?? 0))
  return (
    <figure>
      <figcaption className="text-soft mb-1 text-xs">{title}</figcaption>
      <div role="img" aria-label={label} className="h-44">
        <ResponsiveContainer initialDimension={FIRST_SIZE}>
          <LineChart
            data={points}
            margin={{ top: 8, right: 8, bottom: 0, left: 0 }}
            // What is an image to screen readers must not be a stop for the keyboard.
            accessibilityLayer={false}
          >
            <XAxis
              dataKey="at"
              type="number"
              scale="time"
              domain={["dataMin", "dataMax"]}
              tickFormatter={(at: number) => clock.format(at)}
              tick={TEXT}
              stroke="var(--line)"
              minTickGap={40}
            />
            <YAxis
              domain={[0, most]}
              ticks={[0, most / 2, most]}
              tickFormatter={unit}
              tick={TEXT}
              stroke="var(--line)"
              width={72}
            />
            {limit !== undefined && <ReferenceLine y={limit} stroke="var(--edge)" strokeDasharray="4 4" />}
            <Line
              dataKey="value"
              stroke="var(--accent)"
              strokeWidth={2}
              // One measurement makes no line.
              dot={points.length < 2 ? { fill: "var(--accent)" } : false}
              isAnimationActive={false}
            />
          </LineChart>
        </ResponsiveContainer>
      </div>
    </figure>
  )
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" })
