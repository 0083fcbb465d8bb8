import { zodResolver } from "@hookform/resolvers/zod"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useRouter, useSearch } from "@tanstack/react-router"
import { useForm } from "react-hook-form"
import { answer, api } from "~/api/client"
import { keys } from "~/api/keys"
import { Doorway } from "~/components/Doorway"
import { z } from "~/forms/zod"
import { Button } from "~/ui/Button"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { Field } from "~/ui/Field"
import { Input, PasswordInput } from "~/ui/Input"

const schema = z.object({
  email: z.string().trim().min(1, "Type your e-mail address"),
  password: z.string().min(1, "Type your password"),
})
type Values = z.infer<typeof schema>

export function SignInPage() {
  const { next, ended } = useSearch({ from: "/sign-in" })
  const router = useRouter()
  const client = useQueryClient()
  const form = useForm<Values>({ resolver: zodResolver(schema), defaultValues: { email: "", password: "" } })
  const { errors } = form.formState
  const signIn = useMutation({
    mutationFn: (body: Values) => answer(api().POST("/api/v1/session", { body })),
    onSuccess: async (session) => {
      client.setQueryData(keys.session, session)
      router.history.push(next ?? "/")
    },
    onError: () => form.setFocus("password", { shouldSelect: true }),
  })
  return (
    <Doorway
      title="Sign in"
      description={ended ? "Your session has ended. Sign in to go on where you were." : undefined}
    >
      <form className="grid gap-4" noValidate onSubmit={form.handleSubmit((values) => signIn.mutate(values))}>
        {signIn.isError && <ErrorPanel error={signIn.error} />}
        <Field label="E-mail" error={errors.email?.message}>
          {(control) => <Input {...control} type="email" autoComplete="username" {...form.register("email")} />}
        </Field>
        <Field label="Password" error={errors.password?.message}>
          {(control) => <PasswordInput {...control} autoComplete="current-password" {...form.register("password")} />}
        </Field>
        <Button type="submit" variant="primary" busy={signIn.isPending || signIn.isSuccess}>
          Sign in
        </Button>
        <p className="text-soft text-xs">Forgotten? An administrator can make you a new account.</p>
      </form>
    </Doorway>
  )
}
