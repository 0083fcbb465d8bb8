import { CircleCheck, CircleX, LoaderCircle } from "lucide-react"
import { useFormContext, useWatch } from "react-hook-form"
import type { useName } from "~/api/names"
import { Field } from "~/ui/Field"
import { Input } from "~/ui/Input"
import { slug } from "~/util/slug"
import type { CreateValues } from "./form"

/** What the store is called, and the address that this makes, checked while it is typed. */
export function NameField({ checked }: { checked: ReturnType<typeof useName> }) {
  const { register, formState } = useFormContext<CreateValues>()
  const label = useWatch<CreateValues, "label">({ name: "label" })
  return (
    <Field
      label="Name"
      error={formState.errors.label?.message}
      description={<Address name={slug(label)} checked={checked} />}
    >
      {(control) => (
        <Input {...control} autoComplete="off" placeholder="Cups & Mugs" maxLength={100} {...register("label")} />
      )}
    </Field>
  )
}

/** Two lines always, so that nothing below moves while one types. */
function Address({ name, checked }: { name: string; checked: ReturnType<typeof useName> }) {
  const { state, url, reason, before } = checked
  // Until the answer is there, the address is made like the one before it.
  const guessed = before?.url && before.name ? before.url.replace(`//${before.name}.`, `//${name}.`) : undefined
  const shown = url ?? (state === "checking" ? guessed : undefined)
  return (
    <span className="block min-h-10">
      {name === "" ? (
        <span className="block">Its address is made of the name.</span>
      ) : (
        <span className="block font-mono break-all">{shown ?? name}</span>
      )}
      <span role="status" className="mt-0.5 flex items-start gap-1.5 [&>svg]:mt-0.5 [&>svg]:size-3.5 [&>svg]:shrink-0">
        {state === "checking" && (
          <>
            <LoaderCircle aria-hidden className="animate-spin" /> Checking…
          </>
        )}
        {state === "free" && (
          <>
            <CircleCheck aria-hidden className="text-good" /> <span className="text-good">This address is free</span>
          </>
        )}
        {state === "refused" && (
          <>
            <CircleX aria-hidden className="text-danger" /> <span className="text-danger">{refusalTold(reason)}</span>
          </>
        )}
        {state === "unknown" && "Whether it is free could not be checked; creating it will tell."}
      </span>
    </span>
  )
}

/** The platform's words go on where its name for the field ends: "is taken by another store". */
export function refusalTold(reason: string | undefined): string {
  return reason ? `The name ${reason}` : "This name can't be had"
}
