import { zodResolver } from "@hookform/resolvers/zod"
import { useState } from "react"
import { useForm } from "react-hook-form"
import { useTokenCreate } from "~/api/accounts"
import { useSession } from "~/api/session"
import { refusedAtFields } from "~/forms/refused"
import { z } from "~/forms/zod"
import { Button } from "~/ui/Button"
import { CodeBlock } from "~/ui/CodeBlock"
import { Dialog } from "~/ui/Dialog"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { Field } from "~/ui/Field"
import { Input, Select } from "~/ui/Input"
import { exactTime } from "~/util/time"
import { ROLES, rolesUpTo } from "./roles"

const schema = z.object({
  name: z.string().trim().min(1, "Say what it is for").max(60, "At most 60 characters"),
  scope: z.enum(["viewer", "admin"]),
  expiresInDays: z.coerce.number<string>().int().min(1).max(365),
})
type Typed = z.input<typeof schema>
type Values = z.output<typeof schema>

const DAYS = [
  ["7", "a week"],
  ["30", "a month"],
  ["90", "three months"],
  ["365", "a year"],
]

export function TokenCreate({ onClose }: { onClose: () => void }) {
  const { role } = useSession()
  const create = useTokenCreate()
  const [refusal, setRefusal] = useState<unknown>()
  const form = useForm<Typed, unknown, Values>({
    resolver: zodResolver(schema),
    defaultValues: { name: "", scope: "viewer", expiresInDays: "90" },
  })
  const { errors } = form.formState
  const submit = form.handleSubmit((values) => {
    setRefusal(undefined)
    create.mutate(values, {
      onError: (error) => setRefusal(refusedAtFields(error, form, ["name", "scope", "expiresInDays"])),
    })
  })
  const made = create.data
  if (made) {
    return (
      <Dialog
        open
        onOpenChange={(open) => !open && onClose()}
        title="Copy the token now"
        description="It is shown this once, and kept nowhere that it could be read from again."
        actions={
          <Button variant="primary" onClick={onClose}>
            I have copied it
          </Button>
        }
      >
        <CodeBlock wrap code={made.token} what="the token" />
        <p className="text-soft mt-3">
          Give it to a program as the environment variable <code className="text-ink font-mono">STORECTL_TOKEN</code>,
          or to <code className="text-ink font-mono">storectl login</code>. It ends on {exactTime(made.expiresAt)}.
        </p>
      </Dialog>
    )
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="New API token"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="token-create" variant="primary" busy={create.isPending}>
            Make the token
          </Button>
        </>
      }
    >
      <form id="token-create" className="grid gap-4" noValidate onSubmit={submit}>
        {refusal !== undefined && <ErrorPanel error={refusal} what="The token was not made" />}
        <Field label="Name" error={errors.name?.message} description="What it is for, so that you know it again.">
          {(control) => (
            <Input {...control} autoComplete="off" placeholder="Deploy pipeline" {...form.register("name")} />
          )}
        </Field>
        <Field label="What it may do" error={errors.scope?.message}>
          {(control) => (
            <Select {...control} {...form.register("scope")}>
              {rolesUpTo(role).map((each) => (
                <option key={each} value={each}>
                  {ROLES[each].may} ({ROLES[each].title.toLowerCase()})
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Good for" error={errors.expiresInDays?.message}>
          {(control) => (
            <Select {...control} {...form.register("expiresInDays")}>
              {DAYS.map(([days, words]) => (
                <option key={days} value={days}>
                  {words}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </form>
    </Dialog>
  )
}
