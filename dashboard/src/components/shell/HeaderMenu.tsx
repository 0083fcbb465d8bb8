import { type ComponentType, type LazyExoticComponent, type ReactNode, Suspense, useRef, useState } from "react"
import { buttonClass } from "~/ui/Button"
import type { PopupProps } from "~/ui/Menu"

interface Props {
  label: string
  /** Fetches the menu; begun when somebody reaches for the button. */
  load: () => Promise<unknown>
  body: LazyExoticComponent<ComponentType<PopupProps>>
  children: ReactNode
}

/** A button whose menu is fetched when it is wanted: the first load does without. */
export function HeaderMenu({ label, load, body: Body, children }: Props) {
  const trigger = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  const [wanted, setWanted] = useState(false)
  const show = (next: boolean) => {
    setWanted(true)
    setOpen(next)
  }
  return (
    <>
      <button
        ref={trigger}
        type="button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        className={buttonClass("ghost", "icon")}
        onPointerEnter={load}
        onFocus={load}
        onClick={() => show(!open)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown") return
          event.preventDefault()
          show(true)
        }}
      >
        {children}
      </button>
      {wanted && (
        <Suspense>
          <Body trigger={trigger} open={open} onOpenChange={show} />
        </Suspense>
      )}
    </>
  )
}
