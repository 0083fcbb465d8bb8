import type { ReactNode } from "react"
import type { UseFormRegisterReturn } from "react-hook-form"
import { cx } from "~/util/class"

interface Props<T extends string> {
  legend: string
  field: UseFormRegisterReturn
  error?: string
  className?: string
  choices: { value: T; title: string; text: ReactNode; unavailable?: string }[]
}

/** One of a few, each with a word about it. What can't be chosen says why. */
export function Cards<T extends string>({ legend, field, error, className, choices }: Props<T>) {
  return (
    <fieldset aria-describedby={error ? `${field.name}-error` : undefined}>
      <legend className="mb-1.5 font-medium">{legend}</legend>
      <div className={cx("grid gap-3", className)}>
        {choices.map(({ value, title, text, unavailable }) => (
          <label
            key={value}
            className={cx(
              "border-line bg-surface flex gap-3 rounded-lg border p-3",
              "has-checked:border-accent has-checked:bg-accent-wash has-focus-visible:outline-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-2",
              unavailable === undefined ? "hover:border-edge cursor-pointer" : "cursor-not-allowed",
            )}
          >
            <input
              type="radio"
              value={value}
              disabled={unavailable !== undefined}
              aria-describedby={`${field.name}-${value}`}
              {...field}
              className="mt-0.5 size-4 shrink-0 accent-(--accent) outline-none"
            />
            <span className="min-w-0">
              <span className={cx("block font-medium", unavailable !== undefined && "text-soft")}>{title}</span>
              <span id={`${field.name}-${value}`} className="text-soft block text-xs">
                {text}
                {unavailable !== undefined && (
                  <span className="text-warn mt-1 block break-words">Not available here: {unavailable}</span>
                )}
              </span>
            </span>
          </label>
        ))}
      </div>
      {error && (
        <p id={`${field.name}-error`} role="alert" className="text-danger mt-1.5 text-xs">
          {error}
        </p>
      )}
    </fieldset>
  )
}
