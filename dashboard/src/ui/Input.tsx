import { ChevronDown, Eye, EyeOff } from "lucide-react"
import { type ComponentProps, useState } from "react"
import { cx } from "~/util/class"

const CONTROL =
  "w-full min-w-0 rounded-md border border-edge bg-surface px-3 h-9 text-ink placeholder:text-soft aria-invalid:border-danger disabled:opacity-55"

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input {...rest} className={cx(CONTROL, className)} />
}

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea {...rest} className={cx(CONTROL, "h-auto py-2", className)} />
}

/** The browser's own: it is the one that every phone and every screen reader knows best. */
export function Select({ className, children, ...rest }: ComponentProps<"select">) {
  return (
    <span className={cx("relative inline-flex", className)}>
      <select {...rest} className={cx(CONTROL, "appearance-none pr-8")}>
        {children}
      </select>
      <ChevronDown aria-hidden className="text-soft pointer-events-none absolute top-2.5 right-2.5 size-4" />
    </span>
  )
}

/** A password that can be looked at, since a hidden typing error locks people out. */
export function PasswordInput(props: ComponentProps<"input">) {
  const [shown, setShown] = useState(false)
  return (
    <span className="relative flex">
      <Input {...props} type={shown ? "text" : "password"} className="pr-10" />
      <button
        type="button"
        aria-label={shown ? "Hide the password" : "Show the password"}
        className="text-soft hover:text-ink absolute top-0 right-0 grid size-9 place-items-center rounded-md"
        onClick={() => setShown(!shown)}
      >
        {shown ? <EyeOff aria-hidden className="size-4" /> : <Eye aria-hidden className="size-4" />}
      </button>
    </span>
  )
}
