import { Menu as Base } from "@base-ui/react/menu"
import { Check } from "lucide-react"
import type { ComponentProps, ReactElement, ReactNode, RefObject } from "react"
import { cx } from "~/util/class"

const ITEM =
  "flex min-h-8 cursor-pointer items-center gap-2 rounded-md px-2.5 py-1.5 text-sm outline-none data-highlighted:bg-hover data-disabled:opacity-55 [&>svg]:size-4 [&>svg]:shrink-0"

/**
 * `trigger` is a button; `children` are the items. A menu is put into the landmark that it belongs to, where those who
 * go from landmark to landmark find it.
 */
export function Menu({
  trigger,
  children,
  align = "end",
}: {
  trigger: ReactElement
  children: ReactNode
  align?: "start" | "end"
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal container={document.getElementById("main")}>
        <Base.Positioner align={align} sideOffset={6} className="z-50">
          <Base.Popup className="popup max-w-[calc(100vw-1rem)] min-w-52 p-1">{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

export interface PopupProps {
  trigger: RefObject<HTMLElement | null>
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** The menu of a button that is drawn elsewhere, so that it can be loaded when it is wanted. */
export function MenuPopup({ trigger, open, onOpenChange, children }: PopupProps & { children: ReactNode }) {
  return (
    <Base.Root
      open={open}
      onOpenChange={(next, { event }) => {
        // A press on the button is the button's own business: it would close here and open there.
        if (!next && event.target instanceof Node && trigger.current?.contains(event.target)) return
        onOpenChange(next)
      }}
    >
      <Base.Portal container={trigger.current?.closest<HTMLElement>("header, main")}>
        <Base.Positioner anchor={trigger} align="end" sideOffset={6} className="z-50">
          <Base.Popup finalFocus={trigger} className="popup max-w-[calc(100vw-1rem)] min-w-52 p-1">
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

interface ItemProps extends Omit<ComponentProps<typeof Base.Item>, "className"> {
  danger?: boolean
  /** Why it can't be chosen; stands below its words. */
  disabledReason?: string
}

export function MenuItem({ danger, disabledReason, children, ...rest }: ItemProps) {
  return (
    <Base.Item {...rest} disabled={disabledReason !== undefined} className={cx(ITEM, danger && "text-danger")}>
      {children}
      {disabledReason !== undefined && <span className="text-soft ml-auto max-w-40 text-xs">{disabledReason}</span>}
    </Base.Item>
  )
}

interface ChoiceProps<T extends string> {
  label: string
  value: T
  choices: { value: T; label: string; icon?: ReactNode }[]
  onChange: (value: T) => void
}

/** One of several, within a menu. */
export function MenuChoice<T extends string>({ label, value, choices, onChange }: ChoiceProps<T>) {
  return (
    <Base.Group>
      <Base.GroupLabel className="text-soft px-2.5 pt-1.5 pb-1 text-xs">{label}</Base.GroupLabel>
      <Base.RadioGroup value={value} onValueChange={onChange}>
        {choices.map((choice) => (
          <Base.RadioItem key={choice.value} value={choice.value} closeOnClick className={ITEM}>
            {choice.icon}
            {choice.label}
            <Base.RadioItemIndicator className="ml-auto">
              <Check aria-hidden className="size-4" />
            </Base.RadioItemIndicator>
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  )
}

export function MenuSeparator() {
  return <Base.Separator className="bg-line my-1 h-px" />
}
