import { Dialog as Base } from "@base-ui/react/dialog"
import { X } from "lucide-react"
import type { ReactNode, RefObject } from "react"
import { cx } from "~/util/class"
import { mainFocus } from "~/util/main-focus"
import { buttonClass } from "./Button"

interface Props {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: ReactNode
  description?: ReactNode
  children?: ReactNode
  /** Buttons, the one that goes on last. */
  actions?: ReactNode
  /** What gets the focus; the first control where nothing is named. */
  initialFocus?: RefObject<HTMLElement | null>
}

const BACKDROP =
  "fixed inset-0 z-40 bg-black/45 transition-opacity data-starting-style:opacity-0 data-ending-style:opacity-0"

/** Keeps the focus, gives it back, closes by Escape. */
export function Dialog(props: Props) {
  return <Sheet {...props} className="m-auto w-[min(32rem,calc(100vw-2rem))] max-h-[calc(100dvh-2rem)] rounded-xl" />
}

/** A dialog at the right edge, for more fields than a dialog holds. */
export function Drawer(props: Props) {
  return (
    <Sheet
      {...props}
      className="ml-auto h-dvh w-[min(28rem,100vw)] transition-transform data-starting-style:translate-x-8 data-ending-style:translate-x-8"
    />
  )
}

function Sheet({
  open,
  onOpenChange,
  title,
  description,
  children,
  actions,
  initialFocus,
  className,
}: Props & { className: string }) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={BACKDROP} />
        <Base.Viewport className="fixed inset-0 z-40 flex">
          <Base.Popup
            initialFocus={initialFocus}
            finalFocus={giveBack}
            className={cx(
              "bg-surface border-line flex flex-col border shadow-2xl transition-opacity",
              "data-starting-style:opacity-0 data-ending-style:opacity-0",
              className,
            )}
          >
            <div className="flex items-start justify-between gap-4 px-5 pt-5">
              <div className="min-w-0">
                <Base.Title className="text-base font-semibold break-words">{title}</Base.Title>
                {description !== undefined && (
                  <Base.Description render={<div />} className="text-soft mt-1">
                    {description}
                  </Base.Description>
                )}
              </div>
              <Base.Close aria-label="Close" className={buttonClass("ghost", "icon-sm", "-mt-1 -mr-2")}>
                <X aria-hidden className="size-4" />
              </Base.Close>
            </div>
            <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div>
            {actions !== undefined && (
              <div className="border-line flex flex-wrap justify-end gap-2 border-t px-5 py-3">{actions}</div>
            )}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  )
}

/** To what opened it; to the page's content where that went with what was done in the dialog. */
function giveBack() {
  // Base UI gives it back a microtask after this, and does not look whether what it gives it to is there still.
  queueMicrotask(() => queueMicrotask(() => document.activeElement === document.body && mainFocus()))
  return true
}
