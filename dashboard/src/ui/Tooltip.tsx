import { Tooltip as Base } from "@base-ui/react/tooltip"
import { type ReactElement, useId, useState } from "react"

/** A short word about what it wraps, on hover and on focus, and as its description for screen readers. */
export function Tooltip({ text, children }: { text: string; children: ReactElement<Record<string, unknown>> }) {
  const id = useId()
  const [open, setOpen] = useState(false)
  const named = children.props["aria-label"] === text
  return (
    <Base.Root open={open} onOpenChange={setOpen}>
      <Base.Trigger render={children} delay={400} aria-describedby={open && !named ? id : undefined} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} className="z-50">
          <Base.Popup id={id} role="tooltip" className="popup max-w-64 px-2 py-1 text-xs">
            {text}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

export const TooltipProvider = Base.Provider
