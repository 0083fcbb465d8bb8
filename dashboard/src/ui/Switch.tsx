import { Switch as Base } from "@base-ui/react/switch"
import type { ComponentProps } from "react"
import { cx } from "~/util/class"

/** On or off at once. Give it a label by `aria-label`, `aria-labelledby` or an enclosing `label`. */
export function Switch({
  className,
  ...rest
}: Omit<ComponentProps<typeof Base.Root>, "className"> & { className?: string }) {
  return (
    <Base.Root
      {...rest}
      className={cx(
        "border-edge bg-raised data-checked:bg-accent data-checked:border-accent inline-flex h-5 w-9 shrink-0 items-center rounded-full border px-0.5 transition-colors",
        className,
      )}
    >
      <Base.Thumb className="bg-edge data-checked:bg-surface size-3.5 rounded-full transition-transform data-checked:translate-x-4" />
    </Base.Root>
  )
}
