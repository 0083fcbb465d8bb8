import { zodResolver } from "@hookform/resolvers/zod"
import { useState } from "react"
import { useForm } from "react-hook-form"
import { usePasswordChange } from "~/api/accounts"
import { useSession } from "~/api/session"
import { refusedAtFields } from "~/forms/refused"
import { newPasswordSchema, z } from "~/forms/zod"
import { Button } from "~/ui/Button"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { Field } from "~/ui/Field"
import { PasswordInput } from "~/ui/Input"
import { toast } from "~/ui/Toast"

const schema = z.object({ current: z.string().min(1, "Type your present password"), new: newPasswordSchema })
type Values = z.infer<typeof schema>
const EMPTY: Values = { current: "", new: "" }

export function PasswordForm() {
  const { name } = useSession()
  const change = usePasswordChange()
  const [refusal, setRefusal] = useState<unknown>()
  const form = useForm<Values>({ resolver: zodResolver(schema), defaultValues: EMPTY })
  const { errors } = form.formState
  const submit = form.handleSubmit((values) => {
    setRefusal(undefined)
    change.mutate(values, {
      onSuccess: () => {
        form.reset(EMPTY)
        void toast("Your password is changed", "Other devices have to sign in again.")
      },
      onError: (error) => setRefusal(refusedAtFields(error, form, ["current", "new"])),
    })
  })
  return (
    <form className="grid gap-4" noValidate onSubmit={submit}>
      {refusal !== undefined && <ErrorPanel error={refusal} what="The password was not changed" />}
      {/* For password managers, which keep a password by its account. */}
      <input type="text" autoComplete="username" value={name} readOnly hidden />
      <Field label="Present password" error={errors.current?.message}>
        {(control) => <PasswordInput {...control} autoComplete="current-password" {...form.register("current")} />}
      </Field>
      <Field label="New password" error={errors.new?.message} description="12 characters or more.">
        {(control) => <PasswordInput {...control} autoComplete="new-password" {...form.register("new")} />}
      </Field>
      <Button type="submit" className="justify-self-start" busy={change.isPending}>
        Change the password
      </Button>
    </form>
  )
}
