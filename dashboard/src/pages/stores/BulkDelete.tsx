import { type FormEvent, useRef, useState } from "react"
import { Problem, problemTell } from "~/api/problem"
import { useStoreDelete } from "~/api/stores"
import type { Store } from "~/api/types"
import { Button } from "~/ui/Button"
import { Dialog } from "~/ui/Dialog"
import { Field } from "~/ui/Field"
import { Input } from "~/ui/Input"
import { toast } from "~/ui/Toast"

/** As many requests at a time as leave the browser a connection for everything else. */
const AT_ONCE = 3

interface Props {
  stores: Store[]
  onClose: () => void
  onDone: () => void
}

interface Refusal {
  store: Store
  words: string
}

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000))

export default function BulkDelete({ stores: asked, onClose, onDone }: Props) {
  const remove = useStoreDelete()
  // Those that are left, once some were refused.
  const [stores, setStores] = useState(asked)
  const [typed, setTyped] = useState("")
  const [done, setDone] = useState<number>()
  const [refusals, setRefusals] = useState<Refusal[]>([])
  const word = stores.length === 1 ? (stores[0]?.name ?? "") : `delete ${stores.length}`
  const input = useRef<HTMLInputElement>(null)
  const busy = done !== undefined

  const start = async (event: FormEvent) => {
    event.preventDefault()
    if (typed.trim() !== word || busy) return
    setRefusals([])
    setDone(0)
    const refused: Refusal[] = []
    const queue = [...stores]
    const lane = async () => {
      for (let store = queue.shift(); store; store = queue.shift()) {
        try {
          await remove.mutateAsync(store.id)
        } catch (error) {
          if (error instanceof Problem && error.status === 429) {
            // Hundreds at once are more than anybody is let: the rest waits its turn, as the server asks.
            queue.push(store)
            await pause(error.retryAfter ?? 1)
            continue
          }
          const { title, detail } = problemTell(error)
          refused.push({ store, words: `${title}. ${detail}` })
        }
        setDone((count = 0) => count + 1)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
    setDone(undefined)
    if (refused.length === 0) {
      void toast(stores.length === 1 ? `${word} is being deleted` : `${stores.length} stores are being deleted`)
      onDone()
      return
    }
    setRefusals(refused)
    setStores(refused.map(({ store }) => store))
    setTyped("")
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && !busy && onClose()}
      title={stores.length === 1 ? `Delete ${stores[0]?.name}?` : `Delete ${stores.length} stores?`}
      description="Products, orders, customers and pictures go with it. There is no way back."
      initialFocus={input}
      actions={
        <>
          <Button onClick={onClose} disabledReason={busy ? "Deleting has begun." : undefined}>
            {stores.length === 1 ? "Keep it" : "Keep them"}
          </Button>
          <Button
            type="submit"
            form="bulk-delete"
            variant="danger"
            busy={busy}
            disabledReason={typed.trim() === word ? undefined : `Type “${word}” first.`}
          >
            {busy ? `Deleting ${done} of ${stores.length}` : "Delete for good"}
          </Button>
        </>
      }
    >
      <form id="bulk-delete" onSubmit={start} className="grid gap-4">
        {refusals.length > 0 && (
          <div role="alert" className="bg-bad-wash rounded-lg p-3">
            <p className="font-semibold">
              {refusals.length === 1 ? "One store was not deleted" : `${refusals.length} stores were not deleted`}
            </p>
            <ul className="mt-1 grid gap-1">
              {refusals.map(({ store, words }) => (
                <li key={store.id}>
                  <b className="font-medium">{store.name}</b>: {words}
                </li>
              ))}
            </ul>
          </div>
        )}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <ul aria-label="Stores that go" tabIndex={0} className="border-line max-h-48 overflow-y-auto rounded-md border">
          {stores.map((store) => (
            <li key={store.id} className="border-line flex justify-between gap-3 border-b px-3 py-1.5 last:border-b-0">
              <span className="truncate font-medium">{store.name}</span>
              <span className="text-soft truncate">{store.host}</span>
            </li>
          ))}
        </ul>
        <Field
          label={
            <>
              Type <code className="bg-raised rounded px-1 font-mono">{word}</code> to confirm
            </>
          }
        >
          {(control) => (
            <Input
              {...control}
              ref={input}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              value={typed}
              onChange={({ target }) => setTyped(target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  )
}
