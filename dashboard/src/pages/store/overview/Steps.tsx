import { Circle, CircleAlert, CircleCheck, LoaderCircle, type LucideIcon } from "lucide-react"
import type { EngineView, EventView, StepView } from "~/api/types"
import { cx } from "~/util/class"
import { useSecond } from "~/util/now"
import { duration } from "~/util/time"
import { STEPS } from "./step-words"
import { beganAt, stepDuration, stepSeconds, typicalOf } from "./typical"

interface StateTold {
  word: string
  icon: LucideIcon
  look: string
}

/** By word, icon and colour. */
const STATES: Record<StepView["state"], StateTold> = {
  waiting: { word: "waiting", icon: Circle, look: "text-soft" },
  running: { word: "under way", icon: LoaderCircle, look: "text-busy [&_svg]:animate-spin" },
  done: { word: "done", icon: CircleCheck, look: "text-good" },
  failed: { word: "failed", icon: CircleAlert, look: "text-bad" },
}

interface Props {
  steps: StepView[]
  engine: EngineView | undefined
  events: EventView[] | undefined
  createdAt: string
}

/** The named steps of a store, each with its time beside what is usual. */
export function Steps({ steps, engine, events, createdAt }: Props) {
  const began = beganAt(events, createdAt)
  return (
    <ol aria-label="Steps">
      {steps.map((step) => (
        <Step key={step.step} view={step} began={began} typical={typicalOf(engine, step.step)} />
      ))}
    </ol>
  )
}

function Step({ view, began, typical }: { view: StepView; began: number; typical: number | undefined }) {
  const { title, meaning } = STEPS[view.step]
  const { word, icon: Icon, look } = STATES[view.state]
  return (
    <li className="border-line flex gap-3 border-b py-2.5 last:border-b-0 last:pb-0">
      <span className={cx("mt-0.5", look)}>
        <Icon aria-hidden className="size-4" />
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline justify-between gap-x-3">
          <span className="flex items-baseline gap-2">
            <span className={cx("font-medium", view.state === "waiting" && "text-soft")}>{title}</span>
            <span className={cx("text-xs", look)}>{word}</span>
          </span>
          <StepTime view={view} began={began} typical={typical} />
        </div>
        <p className="text-soft text-xs">{meaning}</p>
        {view.detail && view.state !== "done" && (
          <p className={cx("mt-0.5 text-xs break-words", view.state === "failed" ? "text-bad" : "text-soft")}>
            {view.detail}
          </p>
        )}
      </div>
    </li>
  )
}

function StepTime({ view, began, typical }: { view: StepView; began: number; typical: number | undefined }) {
  const now = useSecond()
  const seconds = stepSeconds(view, began, now)
  const usually = typical === undefined ? undefined : `usually ${stepDuration(typical)}`
  if (view.state === "waiting" || seconds === undefined) {
    return <span className="text-soft text-xs tabular-nums">{usually}</span>
  }
  return (
    <span className="text-xs tabular-nums">
      {view.state === "running" ? duration(seconds) : stepDuration(seconds)}
      {usually && <span className="text-soft"> · {usually}</span>}
    </span>
  )
}
