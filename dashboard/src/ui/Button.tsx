import { LoaderCircle } from "lucide-react"
import type { ComponentProps, ReactNode } from "react"
import { cx } from "~/util/class"
import { Tooltip } from "./Tooltip"

type Variant = "primary" | "secondary" | "ghost" | "danger"
type Size = "sm" | "md" | "icon" | "icon-sm"

const VARIANTS: Record<Variant, string> = {
  primary: "bg-primary text-on-primary border-transparent enabled:hover:bg-primary-hover",
  secondary: "bg-surface text-ink border-line enabled:hover:bg-hover",
  ghost: "bg-transparent text-ink border-transparent enabled:hover:bg-hover",
  danger: "bg-danger-fill text-on-danger border-transparent enabled:hover:bg-danger-fill-hover",
}
const SIZES: Record<Size, string> = {
  sm: "h-7 px-2.5 text-xs gap-1.5",
  md: "h-9 px-3.5 text-sm gap-2",
  icon: "size-9 [&>svg]:size-4",
  "icon-sm": "size-7 [&>svg]:size-4",
}

/** The look of a button, for links that are drawn as one. */
export function buttonClass(variant: Variant = "secondary", size: Size = "md", className?: string) {
  return cx(
    "inline-flex shrink-0 items-center justify-center rounded-md border font-medium whitespace-nowrap select-none",
    "transition-colors disabled:opacity-55 aria-disabled:opacity-55 aria-disabled:cursor-not-allowed",
    VARIANTS[variant],
    SIZES[size],
    className,
  )
}

interface Props extends Omit<ComponentProps<"button">, "disabled"> {
  variant?: Variant
  size?: Size
  /** Work is under way: the button keeps its width and its focus, and does nothing. */
  busy?: boolean
  /** Why it can't be pressed now; shown on hover and focus, and read out. It stays reachable by keyboard. */
  disabledReason?: string
  icon?: ReactNode
}

export function Button({ variant, size, busy, disabledReason, icon, className, children, onClick, ...rest }: Props) {
  const off = busy || disabledReason !== undefined
  return (
    <button
      type="button"
      {...rest}
      // Not by `Tooltip` around it: where the reason comes or goes that would be another element, and the focus lost.
      {...(disabledReason !== undefined && { "data-tooltip": disabledReason })}
      className={buttonClass(variant, size, className)}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      onClick={off ? (event) => event.preventDefault() : onClick}
    >
      {busy ? <LoaderCircle aria-hidden className="size-4 animate-spin" /> : icon}
      {children}
    </button>
  )
}

interface IconButtonProps extends Omit<Props, "icon" | "children" | "size" | "aria-label"> {
  /** What it does: its name for screen readers, and its tooltip. */
  label: string
  size?: "icon" | "icon-sm"
  children: ReactNode
}

export function IconButton({
  label,
  variant = "ghost",
  size = "icon",
  className,
  disabledReason,
  children,
  onClick,
  busy,
  ...rest
}: IconButtonProps) {
  const off = busy || disabledReason !== undefined
  return (
    <Tooltip text={disabledReason ?? label}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        aria-disabled={off || undefined}
        className={buttonClass(variant, size, className)}
        onClick={off ? (event) => event.preventDefault() : onClick}
      >
        {children}
      </button>
    </Tooltip>
  )
}
