import type { ReactNode } from "react"
import type { Plan } from "~/api/types"
import { Card } from "~/ui/Card"
import { Copy } from "~/ui/Copy"
import { Time } from "~/ui/Time"
import { useShownStore } from "../store-context"

const PLANS: Record<Plan, string> = { small: "Small", medium: "Medium", large: "Large" }

/** What was asked for. */
export function Facts() {
  const store = useShownStore()
  const country = store.country && countryName(store.country)
  return (
    <Card title="About this store">
      <dl className="grid gap-3">
        <Fact name="Address">
          <span className="flex items-center gap-1">
            <span className="min-w-0 break-all">{store.host}</span>
            <Copy value={store.url} what="the store's address" className="-my-2 shrink-0" />
          </span>
        </Fact>
        <Fact name="Name">{store.name}</Fact>
        <Fact name="Plan">{PLANS[store.plan]}</Fact>
        {store.currency && <Fact name="Currency">{store.currency}</Fact>}
        {country && <Fact name="Country">{country}</Fact>}
        {store.adminEmail && <Fact name="The shop writes to">{store.adminEmail}</Fact>}
        <Fact name="Asked for by">
          {store.createdBy}, <Time at={store.createdAt} />
        </Fact>
        {store.readyAt && (
          <Fact name="Ready">
            <Time at={store.readyAt} />
          </Fact>
        )}
        <Fact name="Id, for the operator">
          <span className="flex items-center gap-1">
            <code className="font-mono text-xs break-all">{store.id}</code>
            <Copy value={store.id} what="the store's id" className="-my-2 shrink-0" />
          </span>
        </Fact>
      </dl>
    </Card>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid gap-0.5">
      <dt className="text-soft text-xs">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  )
}

const countries = new Intl.DisplayNames("en", { type: "region", fallback: "code" })

/** `US:CA` is a country with a state. */
function countryName(code: string): string {
  const [country = code, state] = code.split(":")
  try {
    return [countries.of(country), state].filter(Boolean).join(", ")
  } catch {
    return code
  }
}
