import { Dialog } from "@base-ui/react/dialog"
import { useNavigate } from "@tanstack/react-router"
import { Command } from "cmdk"
import { Plus, Search } from "lucide-react"
import { useState } from "react"
import { PHASES } from "~/api/phase"
import { useSession } from "~/api/session"
import { mayCreate } from "~/api/store-can"
import { useStoreList } from "~/api/stores"
import type { Store } from "~/api/types"
import { StatusChip } from "~/components/StatusChip"
import { Kbd } from "~/ui/Kbd"
import { type Command as Deed, useCommands } from "./commands"
import { best, score } from "./find"
import { useStoreShown } from "./store-shown"

/** With a thousand stores one types another letter rather than scroll. */
const STORES_SHOWN = 6
const ITEM =
  "flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-1.5 data-[selected=true]:bg-hover aria-disabled:cursor-not-allowed aria-disabled:text-soft [&>svg]:text-soft [&>svg]:size-4 [&>svg]:shrink-0"
const GROUP =
  "[&_[cmdk-group-heading]]:text-soft p-1 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs"

export function Palette({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/45 transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Viewport className="fixed inset-0 z-40 flex items-start justify-center px-4 pt-[12dvh]">
          <Dialog.Popup className="popup flex max-h-[70dvh] w-full max-w-xl flex-col overflow-hidden">
            <Dialog.Title className="sr-only">Search and jump to</Dialog.Title>
            <Body close={() => onOpenChange(false)} />
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Body({ close }: { close: () => void }) {
  const [typed, setTyped] = useState("")
  const wanted = typed.trim()
  const { data = [] } = useStoreList()
  const found = best(data, ({ name, title, host, phase }) => score(wanted, name, title, host, PHASES[phase].label))
  const commands = best(useCommands(), ({ label, also, group }) => score(wanted, label, also, group))
  // On a store's page one came for that store; elsewhere, and as soon as one types, for any.
  const storesFirst = useStoreShown() === undefined || wanted !== ""
  const stores = <Stores found={found} typed={wanted} close={close} />
  const groups = [...new Set(commands.map(({ group }) => group))]
  return (
    <Command shouldFilter={false} label="Search and jump to" loop className="flex min-h-0 flex-1 flex-col">
      <div className="border-line flex items-center gap-2.5 border-b px-4">
        <Search aria-hidden className="text-soft size-4 shrink-0" />
        <Command.Input
          value={typed}
          onValueChange={setTyped}
          placeholder="Type a store's name, or what you want to do"
          className="placeholder:text-soft h-12 min-w-0 flex-1 bg-transparent outline-none"
        />
        <Dialog.Close className="rounded">
          <span className="sr-only">Close: </span>
          <Kbd>Esc</Kbd>
        </Dialog.Close>
      </div>
      <Command.List label="Results" className="min-h-0 flex-1 overflow-y-auto p-1">
        {storesFirst && stores}
        {groups.map((group) => (
          <Command.Group key={group} heading={group} className={GROUP}>
            {commands
              .filter((command) => command.group === group)
              .map((command) => (
                <Item key={command.id} command={command} close={close} />
              ))}
          </Command.Group>
        ))}
        {!storesFirst && stores}
        {found.length === 0 && commands.length === 0 && <Nothing typed={wanted} close={close} />}
      </Command.List>
    </Command>
  )
}

function Item({ command: { id, label, icon, why, run }, close }: { command: Deed; close: () => void }) {
  const choose = () => {
    close()
    run()
  }
  return (
    <Command.Item value={id} disabled={why !== undefined} onSelect={choose} className={ITEM}>
      {icon}
      <span className="min-w-0">
        {label}
        {why !== undefined && <span className="text-soft block text-xs">{why}</span>}
      </span>
    </Command.Item>
  )
}

function Stores({ found, typed, close }: { found: Store[]; typed: string; close: () => void }) {
  const navigate = useNavigate()
  if (found.length === 0) return null
  const go = (deed: () => void) => () => {
    close()
    deed()
  }
  return (
    <Command.Group heading="Stores" className={GROUP}>
      {found.slice(0, STORES_SHOWN).map((store) => (
        <Command.Item
          key={store.id}
          value={`store:${store.id}`}
          onSelect={go(() => void navigate({ to: "/stores/$store", params: { store: store.name } }))}
          className={ITEM}
        >
          <span className="min-w-0 flex-1">
            <span className="block truncate font-medium">{store.title}</span>
            <span className="text-soft block truncate text-xs">{store.host}</span>
          </span>
          <StatusChip phase={store.phase} />
        </Command.Item>
      ))}
      {found.length > STORES_SHOWN && (
        <Command.Item
          value="more"
          onSelect={go(() => void navigate({ to: "/", search: { q: typed || undefined } }))}
          className={ITEM}
        >
          <Search aria-hidden />
          All {found.length} in the list
        </Command.Item>
      )}
    </Command.Group>
  )
}

/** Never an empty list: one without items says nothing. */
function Nothing({ typed, close }: { typed: string; close: () => void }) {
  const navigate = useNavigate()
  const may = mayCreate(useSession())
  const create = () => {
    close()
    void navigate({ to: "/new" })
  }
  return (
    <Command.Item value="nothing" disabled={!may.allowed} onSelect={create} className={ITEM}>
      <Plus aria-hidden />
      {`Nothing is called “${typed}”${may.allowed ? ": create a store" : ""}`}
    </Command.Item>
  )
}
