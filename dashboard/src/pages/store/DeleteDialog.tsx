import { useNavigate, useSearch } from "@tanstack/react-router"
import { type FormEvent, useId, useState } from "react"
import { useSession } from "~/api/session"
import { storeCan } from "~/api/store-can"
import { useStoreDelete } from "~/api/stores"
import { Button } from "~/ui/Button"
import { Dialog } from "~/ui/Dialog"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { Field } from "~/ui/Field"
import { Input } from "~/ui/Input"
import { useShownStore } from "./store-context"

/** Says what goes, and takes the name typed: by then one knows which store it is. */
export function DeleteDialog() {
  const store = useShownStore()
  const session = useSession()
  const navigate = useNavigate()
  const { ask } = useSearch({ from: "/shell/stores/$store" })
  const may = storeCan.delete(store, session)
  const close = () => void navigate({ to: ".", search: (before) => ({ ...before, ask: undefined }), replace: true })
  return (
    <Dialog
      open={ask === "delete" && may.allowed}
      onOpenChange={(open) => !open && close()}
      title={`Delete ${store.title}`}
      description="This can't be undone. There is no backup to come back to."
    >
      <Form onClose={close} />
    </Dialog>
  )
}

function Form({ onClose }: { onClose: () => void }) {
  const { id, name, host } = useShownStore()
  const [typed, setTyped] = useState("")
  const [wrong, setWrong] = useState(false)
  const remove = useStoreDelete()
  const lost = useId()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (typed.trim() !== name) return setWrong(true)
    // The dialog closes by itself: a store that is being deleted can't be deleted.
    remove.mutate(id)
  }
  return (
    <form onSubmit={submit} className="grid gap-4">
      <div>
        <p id={lost} className="mb-1 font-medium">
          What goes:
        </p>
        <ul aria-labelledby={lost} className="list-disc space-y-1 pl-5">
          <li>the shop at {host}: customers find nothing there any more</li>
          <li>its database: all products, customers and orders</li>
          <li>all files that were uploaded to it</li>
          <li>its passwords and keys, for people and programs</li>
        </ul>
        <p className="text-soft mt-2">Export what you must keep first. Afterwards the name is free for a new store.</p>
      </div>
      <Field
        label={
          <>
            Type <code className="bg-raised rounded px-1 font-mono">{name}</code> to confirm
          </>
        }
        error={wrong ? `That is not the store's name. Type ${name}.` : undefined}
      >
        {(control) => (
          <Input
            {...control}
            value={typed}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => {
              setTyped(event.target.value)
              setWrong(false)
            }}
          />
        )}
      </Field>
      {remove.error && <ErrorPanel error={remove.error} what="The store could not be deleted" />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>Keep the store</Button>
        <Button type="submit" variant="danger" busy={remove.isPending}>
          Delete the store
        </Button>
      </div>
    </form>
  )
}
