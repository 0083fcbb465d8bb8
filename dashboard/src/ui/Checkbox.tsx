import type { ComponentProps } from "react"
import { cx } from "~/util/class"

interface Props extends Omit<ComponentProps<"input">, "type"> {
  /** Some of what it stands for is chosen. */
  indeterminate?: boolean
}

export function Checkbox({ indeterminate = false, className, ...rest }: Props) {
  return (
    <input
      {...rest}
      type="checkbox"
      ref={(input) => {
        if (input) input.indeterminate = indeterminate
      }}
      className={cx("size-4 shrink-0 accent-(--accent)", className)}
    />
  )
}
