import { Fragment } from "react"
import { Dialog } from "~/ui/Dialog"
import { Kbd } from "~/ui/Kbd"
import { Switch } from "~/ui/Switch"
import { keyLabel, SHORTCUTS, type Shortcut } from "./shortcuts"
import { singleKeysSet, useSingleKeys } from "./single-keys"

const PLACES: Shortcut["where"][] = ["Everywhere", "On a store's page"]

/** The keyboard table. */
export function Help({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const single = useSingleKeys()
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts">
      {PLACES.map((place) => (
        <table key={place} className="mb-4 w-full text-left">
          <caption className="text-soft pb-1 text-left text-xs font-medium">{place}</caption>
          <thead className="sr-only">
            <tr>
              <th scope="col">What</th>
              <th scope="col">Keys</th>
            </tr>
          </thead>
          <tbody>
            {SHORTCUTS.filter(({ where }) => where === place).map(({ keys, what }) => (
              <tr key={what} className="border-line border-t">
                <td className="py-1.5 pr-4">{what}</td>
                <td className="py-1.5 text-right whitespace-nowrap">
                  <Keys keys={keys} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the switch within is its control */}
      <label className="border-line flex items-center justify-between gap-4 border-t pt-4">
        <span>
          Single-key shortcuts
          <span className="text-soft block text-xs">
            Off, only {keyLabel("Mod")} K does something. They never act while you type.
          </span>
        </span>
        <Switch checked={single} onCheckedChange={singleKeysSet} />
      </label>
    </Dialog>
  )
}

function Keys({ keys }: { keys: string[] }) {
  return keys.map((key, place) => (
    <Fragment key={key}>
      {place > 0 && <span className="text-soft px-1 text-xs">{keys[0] === "Mod" ? "+" : "then"}</span>}
      <Kbd>{keyLabel(key)}</Kbd>
    </Fragment>
  ))
}
