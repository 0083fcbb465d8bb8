import { zodResolver } from "@hookform/resolvers/zod"
import { useState } from "react"
import { useForm } from "react-hook-form"
import { useAccountCreate } from "~/api/accounts"
import { Problem } from "~/api/problem"
import { refusedAtFields } from "~/forms/refused"
import { emailSchema, newPasswordSchema, z } from "~/forms/zod"
import { Button } from "~/ui/Button"
import { Dialog } from "~/ui/Dialog"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { Field } from "~/ui/Field"
import { Input, PasswordInput, Select } from "~/ui/Input"
import { toast } from "~/ui/Toast"
import { ROLES, rolesUpTo } from "./roles"

const schema = z.object({ email: emailSchema, role: z.enum(["viewer", "admin"]), password: newPasswordSchema })
type Values = z.infer<typeof schema>

export function AccountCreate({ onClose }: { onClose: () => void }) {
  const create = useAccountCreate()
  const [refusal, setRefusal] = useState<unknown>()
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: { email: "", role: "viewer", password: "" },
  })
  const { errors } = form.formState
  const submit = form.handleSubmit((values) => {
    setRefusal(undefined)
    create.mutate(values, {
      onSuccess: (account) => {
        onClose()
        void toast(`${account.email} can sign in now`)
      },
      onError: (error) => {
        if (error instanceof Problem && error.word === "email-taken") {
          form.setError("email", { message: "Somebody with this address is here already" }, { shouldFocus: true })
        } else setRefusal(refusedAtFields(error, form, ["email", "role", "password"]))
      },
    })
  })
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Add somebody"
      description="Tell them the address of this page and the password; they can change it under Account."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="account-create" variant="primary" busy={create.isPending}>
            Add
          </Button>
        </>
      }
    >
      <form id="account-create" className="grid gap-4" noValidate onSubmit={submit}>
        {refusal !== undefined && <ErrorPanel error={refusal} what="Nobody was added" />}
        <Field label="E-mail" error={errors.email?.message}>
          {(control) => <Input {...control} type="email" autoComplete="off" {...form.register("email")} />}
        </Field>
        <Field label="Role" error={errors.role?.message}>
          {(control) => (
            <Select {...control} {...form.register("role")}>
              {rolesUpTo("admin").map((role) => (
                <option key={role} value={role}>
                  {ROLES[role].title}: may {ROLES[role].may.toLowerCase()}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="First password" error={errors.password?.message} description="12 characters or more.">
          {(control) => <PasswordInput {...control} autoComplete="new-password" {...form.register("password")} />}
        </Field>
      </form>
    </Dialog>
  )
}
