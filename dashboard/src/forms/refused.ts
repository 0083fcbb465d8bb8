import type { FieldPath, FieldValues, UseFormReturn } from "react-hook-form"
import { Problem } from "~/api/problem"
import { sentence } from "~/util/sentence"

/**
 * Puts what the server refused at the fields that it names, and the focus on the first of them. Returns what is left
 * to be told beside the form; nothing, where the fields say it all.
 */
export function refusedAtFields<T extends FieldValues>(
  error: unknown,
  form: Pick<UseFormReturn<T>, "setError">,
  fields: FieldPath<T>[],
): unknown {
  if (!(error instanceof Problem)) return error
  const known = error.fields.filter(({ field }) => fields.includes(field as FieldPath<T>))
  known.forEach(({ field, message }, index) => {
    form.setError(field as FieldPath<T>, { message: sentence(message) }, { shouldFocus: index === 0 })
  })
  return known.length > 0 && known.length === error.fields.length ? undefined : error
}
