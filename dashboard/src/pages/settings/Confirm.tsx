import type { ReactNode } from "react"
import { Button } from "~/ui/Button"
import { Dialog } from "~/ui/Dialog"
import { ErrorPanel } from "~/ui/ErrorPanel"

interface Props {
  title: string
  description: ReactNode
  /** What the button says that does it. */
  action: string
  busy: boolean
  error: unknown
  onConfirm: () => void
  onClose: () => void
}

/** Asks once more before something that can't be taken back. */
export function Confirm({ title, description, action, busy, error, onConfirm, onClose }: Props) {
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description={description}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="danger" busy={busy} onClick={onConfirm}>
            {action}
          </Button>
        </>
      }
    >
      {error ? <ErrorPanel error={error} /> : null}
    </Dialog>
  )
}
