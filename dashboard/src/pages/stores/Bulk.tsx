import { Trash2 } from "lucide-react"
import { lazy, Suspense, useState } from "react"
import type { Store } from "~/api/types"
import { Button } from "~/ui/Button"
import { focusKept } from "~/util/main-focus"

const load = () => import("./BulkDelete")
const BulkDelete = lazy(load)

/** What can be done with the stores that are chosen. Keeps to the bottom of the screen, where it covers no row's head. */
export function Bulk({ stores, onClear }: { stores: Store[]; onClear: () => void }) {
  const [asked, setAsked] = useState<Store[]>()
  return (
    <>
      {stores.length > 0 && (
        <section
          aria-label="Chosen stores"
          className="popup sticky bottom-4 z-20 mx-auto mt-4 flex w-fit max-w-full flex-wrap items-center gap-3 px-4 py-2"
        >
          <span role="status" className="font-medium">
            {stores.length === 1 ? "1 store chosen" : `${stores.length} stores chosen`}
          </span>
          <Button ref={focusKept} size="sm" onClick={onClear}>
            Clear
          </Button>
          <Button
            ref={focusKept}
            size="sm"
            variant="danger"
            icon={<Trash2 aria-hidden className="size-3.5" />}
            onPointerEnter={load}
            onFocus={load}
            onClick={() => setAsked(stores)}
          >
            Delete…
          </Button>
        </section>
      )}
      {asked && (
        <Suspense>
          <BulkDelete
            stores={asked}
            onClose={() => setAsked(undefined)}
            onDone={() => {
              setAsked(undefined)
              onClear()
            }}
          />
        </Suspense>
      )}
    </>
  )
}
