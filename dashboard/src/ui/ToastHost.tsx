import { Toast as Base } from "@base-ui/react/toast"
import { X } from "lucide-react"
import { useEffect } from "react"
import { buttonClass } from "./Button"

/** Base UI's, not sonner: sonner writes a style element, which the CSP refuses. */
export const manager = Base.createToastManager()

let mounted: () => void
/** The manager forgets what it is given before somebody shows it. */
export const shown = new Promise<void>((resolve) => {
  mounted = resolve
})

export function ToastHost() {
  useEffect(() => mounted(), [])
  return (
    <Base.Provider toastManager={manager} limit={3}>
      <Base.Portal>
        <Base.Viewport className="fixed right-4 bottom-4 z-50 flex w-[min(22rem,calc(100vw-2rem))] flex-col gap-2">
          <List />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  )
}

function List() {
  return Base.useToastManager().toasts.map((each) => (
    <Base.Root
      key={each.id}
      toast={each}
      className="popup transition-opacity data-ending-style:opacity-0 data-limited:hidden data-starting-style:opacity-0"
    >
      <Base.Content className="flex items-start gap-3 p-3">
        <div className="min-w-0 flex-1">
          <Base.Title className="font-medium" />
          <Base.Description className="text-soft" />
        </div>
        <Base.Close aria-label="Close the message" className={buttonClass("ghost", "icon-sm")}>
          <X aria-hidden className="size-4" />
        </Base.Close>
      </Base.Content>
    </Base.Root>
  ))
}
