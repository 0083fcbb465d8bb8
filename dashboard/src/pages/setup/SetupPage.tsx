import { zodResolver } from "@hookform/resolvers/zod"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { Link, useNavigate } from "@tanstack/react-router"
import { useState } from "react"
import { useForm } from "react-hook-form"
import { answer, api } from "~/api/client"
import { keys } from "~/api/keys"
import { Problem } from "~/api/problem"
import { Doorway } from "~/components/Doorway"
import { refusedAtFields } from "~/forms/refused"
import { emailSchema, newPasswordSchema, z } from "~/forms/zod"
import { Button, buttonClass } from "~/ui/Button"
import { CodeBlock } from "~/ui/CodeBlock"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { Field } from "~/ui/Field"
import { Input, PasswordInput } from "~/ui/Input"

const schema = z.object({
  code: z.string().trim().min(1, "Type the code that storectl printed"),
  email: emailSchema,
  password: newPasswordSchema,
})
type Values = z.infer<typeof schema>

/** The very first visit: the one who installed the platform becomes its first administrator. */
export function SetupPage() {
  const navigate = useNavigate()
  const client = useQueryClient()
  const [refusal, setRefusal] = useState<unknown>()
  const form = useForm<Values>({ resolver: zodResolver(schema), defaultValues: { code: "", email: "", password: "" } })
  const { errors } = form.formState
  const setup = useMutation({
    mutationFn: (body: Values) => answer(api().POST("/api/v1/setup", { body })),
    onMutate: () => setRefusal(undefined),
    onSuccess: async (session) => {
      client.setQueryData(keys.session, session)
      await navigate({ to: "/" })
    },
    onError: (error) => setRefusal(refusedAtFields(error, form, ["code", "email", "password"])),
  })
  const late = refusal instanceof Problem && refusal.word === "already-set-up"
  return (
    <Doorway title="Welcome" description="Make the first administrator of this platform. It takes a minute, once.">
      <form className="grid gap-4" noValidate onSubmit={form.handleSubmit((values) => setup.mutate(values))}>
        {refusal !== undefined && (
          <ErrorPanel error={refusal}>
            {late && (
              <Link to="/sign-in" className={buttonClass("secondary", "sm", "mt-3")}>
                Go to the sign-in
              </Link>
            )}
          </ErrorPanel>
        )}
        <Field
          label="One-time code"
          error={errors.code?.message}
          description="Proves that it is you who installed the platform. It works once, and only for a while."
        >
          {(control) => (
            <Input
              {...control}
              autoComplete="one-time-code"
              autoCapitalize="characters"
              spellCheck={false}
              className="font-mono"
              {...form.register("code")}
            />
          )}
        </Field>
        <details className="text-soft -mt-2 text-xs">
          <summary className="text-accent rounded font-medium">Where do I find the code?</summary>
          <p className="my-2">
            On the computer from which the platform was installed, this prints a code. A new one makes the one before
            void.
          </p>
          <CodeBlock code="storectl setup" what="the command" />
        </details>
        <Field label="Your e-mail" error={errors.email?.message} description="What you sign in with.">
          {(control) => <Input {...control} type="email" autoComplete="username" {...form.register("email")} />}
        </Field>
        <Field
          label="Password"
          error={errors.password?.message}
          description="12 characters or more. A few words that don't belong together make a good one."
        >
          {(control) => <PasswordInput {...control} autoComplete="new-password" {...form.register("password")} />}
        </Field>
        <Button type="submit" variant="primary" busy={setup.isPending || setup.isSuccess}>
          Make me the administrator
        </Button>
      </form>
    </Doorway>
  )
}
