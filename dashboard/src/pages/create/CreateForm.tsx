import { zodResolver } from "@hookform/resolvers/zod"
import { useRouter } from "@tanstack/react-router"
import { SlidersHorizontal } from "lucide-react"
import { useState } from "react"
import { FormProvider, useForm, useWatch } from "react-hook-form"
import { ENGINES, PLAN_ORDER, PLANS } from "~/api/engine"
import { useName } from "~/api/names"
import { Problem } from "~/api/problem"
import type { EngineView } from "~/api/types"
import { refusedAtFields } from "~/forms/refused"
import { Button } from "~/ui/Button"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { sentence } from "~/util/sentence"
import { slug } from "~/util/slug"
import { duration } from "~/util/time"
import { Advanced } from "./Advanced"
import { Cards } from "./Cards"
import { ADVANCED, type CreateValues, createRequest, createSchema, EMPTY } from "./form"
import { NameField, refusalTold } from "./NameField"
import { Snippets } from "./Snippets"
import { useCreate } from "./use-create"

/** The API's fields, and where they are on this page. */
const FIELDS = ["engine", "plan", "title", "adminEmail", "currency", "country"] as const

export function CreateForm({ engines }: { engines: EngineView[] }) {
  const router = useRouter()
  const first = engines.find(({ available }) => available)?.engine
  const form = useForm<CreateValues>({
    resolver: zodResolver(createSchema),
    defaultValues: { ...EMPTY, engine: first },
  })
  const values = useWatch({ control: form.control, compute: (all: CreateValues) => all })
  const { errors } = form.formState
  const [advanced, setAdvanced] = useState(false)
  const [refusal, setRefusal] = useState<unknown>()
  const engine = engines.find((each) => each.engine === values.engine)
  const request = createRequest(values, values.engine ?? "woocommerce")
  const checked = useName(slug(values.label))

  const create = useCreate(request, (error) => {
    const rest = refusedHere(error, form)
    setRefusal(rest)
    if (ADVANCED.some((field) => form.getFieldState(field).invalid)) setAdvanced(true)
  })
  const submit = form.handleSubmit(
    () => {
      setRefusal(undefined)
      if (checked.state === "refused") form.setFocus("label")
      else create.start()
    },
    (found) => ADVANCED.some((field) => found[field]) && setAdvanced(true),
  )

  return (
    <FormProvider {...form}>
      <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <form className="grid max-w-2xl gap-6" noValidate onSubmit={submit}>
          {refusal !== undefined && <ErrorPanel error={refusal} what="The store was not created" />}
          <Cards
            legend="What it runs"
            field={form.register("engine")}
            error={errors.engine?.message}
            className="sm:grid-cols-2"
            choices={engines.map((each) => ({
              value: each.engine,
              title: each.title,
              text: ENGINES[each.engine].for,
              unavailable: each.available ? undefined : (each.reason ?? "this platform lacks it"),
            }))}
          />
          <NameField checked={checked} />
          <Cards
            legend="Size"
            field={form.register("plan")}
            error={errors.plan?.message}
            className="sm:grid-cols-3"
            choices={PLAN_ORDER.filter((plan) => !engine || engine.plans.includes(plan)).map((plan) => ({
              value: plan,
              title: PLANS[plan].title,
              text: PLANS[plan].for,
            }))}
          />
          <div className="flex flex-wrap items-center gap-3">
            <Button icon={<SlidersHorizontal aria-hidden className="size-4" />} onClick={() => setAdvanced(true)}>
              More options…
            </Button>
            <span className="text-soft">{summary(values)}</span>
          </div>
          <div className="border-line flex flex-wrap items-center gap-3 border-t pt-5">
            <Button
              type="submit"
              variant="primary"
              busy={create.busy}
              disabledReason={first ? undefined : "No engine is available here; each card says why."}
            >
              Create store
            </Button>
            <Button variant="ghost" onClick={() => router.history.back()}>
              Cancel
            </Button>
            <span className="text-soft">{typical(engine)}</span>
          </div>
        </form>
        <aside aria-label="The same by command line" className="min-w-0 lg:sticky lg:top-20">
          <h2 className="mb-1 font-semibold">The same by command line</h2>
          <p className="text-soft mb-3">Exactly what this form sends.</p>
          <Snippets request={request} idempotencyKey={create.key} />
        </aside>
      </div>
      <Advanced open={advanced} onOpenChange={setAdvanced} />
    </FormProvider>
  )
}

/** The API's `name` is made of this page's `label`, and `country` may hold a state. */
function refusedHere(error: unknown, form: ReturnType<typeof useForm<CreateValues>>): unknown {
  if (!(error instanceof Problem)) return error
  const ofName = error.fields.find(({ field }) => field === "name")
  const taken = error.status === 409 && error.word.includes("name")
  if (ofName || taken) {
    form.setError(
      "label",
      { message: ofName ? refusalTold(ofName.message) : sentence(error.detail ?? error.title) },
      { shouldFocus: true },
    )
    return error.fields.length > 1 ? error : undefined
  }
  return refusedAtFields(error, form, [...FIELDS])
}

function summary({ currency, country, sampleProducts }: CreateValues): string {
  return [currency || "EUR", country || "DE", sampleProducts ? "with sample products" : "empty"].join(" · ")
}

/** The sum of the medians of this platform's own past; nothing before there is one. */
function typical(engine: EngineView | undefined): string {
  const seconds = (engine?.typicalSeconds ?? []).reduce((sum, step) => sum + step.seconds, 0)
  return seconds > 0 ? `Usually ready in about ${duration(seconds)}.` : ""
}
