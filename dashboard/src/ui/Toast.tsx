import { lazy, Suspense, useSyncExternalStore } from "react"

const load = () => import("./ToastHost")
const ToastHost = lazy(() => load().then((module) => ({ default: module.ToastHost })))

const listeners = new Set<() => void>()
let wanted = false

/** A passing word that something went well. What went wrong stays on the page (`ErrorPanel`). */
export async function toast(title: string, description?: string) {
  wanted = true
  for (const listener of listeners) listener()
  const { manager, shown } = await load()
  await shown
  manager.add({ title, description, timeout: 6000 })
}

/** Nothing, until there is a first word to say: the first load does without. */
export function Toaster() {
  const shown = useSyncExternalStore(subscribe, () => wanted)
  return shown ? (
    <Suspense>
      <ToastHost />
    </Suspense>
  ) : null
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
