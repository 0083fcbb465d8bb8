import { useMutation } from "@tanstack/react-query"
import { Download, Pause, Play } from "lucide-react"
import { logText } from "~/api/log-stream"
import type { ComponentView } from "~/api/runtime"
import { Button } from "~/ui/Button"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { Select } from "~/ui/Input"
import { SearchInput } from "~/ui/SearchInput"
import { Switch } from "~/ui/Switch"
import { useShownStore } from "../store-context"
import { componentWord } from "./component-word"

/** Lines in the file; more than one reads on a screen, and little enough to be made at once. */
const FILE_LINES = 5_000

interface Props {
  components: ComponentView[]
  chosen: ComponentView
  onChoose: (name: string) => void
  q: string
  onFind: (words: string) => void
  paused: boolean
  setPaused: (paused: boolean) => void
  follow: boolean
  setFollow: (follow: boolean) => void
  wrap: boolean
  setWrap: (wrap: boolean) => void
  /** Lines that wait while it is paused. */
  held: number
}

export function LogTools(props: Props) {
  const { components, chosen, onChoose, q, onFind, paused, setPaused, held } = props
  const store = useShownStore()
  const download = useMutation({
    gcTime: 0,
    mutationFn: async () => {
      const text = await logText({ store: store.id, component: chosen.name, tail: FILE_LINES })
      save(text, `${store.name}-${chosen.name}.log`)
    },
  })
  return (
    <div className="border-line border-b p-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Select aria-label="Program" value={chosen.name} onChange={(event) => onChoose(event.target.value)}>
          {components.map((component) => (
            <option key={component.name} value={component.name}>
              {[component.title, componentWord(component)].filter(Boolean).join(" · ")}
            </option>
          ))}
        </Select>
        <SearchInput
          label="Find in the log"
          placeholder="Find…"
          value={q}
          onChange={onFind}
          className="w-full sm:w-64"
        />
        <Toggle label="Follow" on={props.follow} set={props.setFollow} />
        <Toggle label="Wrap lines" on={props.wrap} set={props.setWrap} />
        <div className="ml-auto flex gap-2">
          <Button
            size="sm"
            icon={paused ? <Play aria-hidden className="size-3.5" /> : <Pause aria-hidden className="size-3.5" />}
            onClick={() => setPaused(!paused)}
          >
            {paused ? (held > 0 ? `Go on, ${held} new` : "Go on") : "Pause"}
          </Button>
          <Button
            size="sm"
            icon={<Download aria-hidden className="size-3.5" />}
            busy={download.isPending}
            onClick={() => download.mutate()}
          >
            Download
          </Button>
        </div>
      </div>
      {download.error && (
        <div className="mt-3">
          <ErrorPanel error={download.error} what="The log could not be downloaded" />
        </div>
      )}
    </div>
  )
}

function Toggle({ label, on, set }: { label: string; on: boolean; set: (on: boolean) => void }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the switch within is its control
    <label className="flex items-center gap-2 whitespace-nowrap">
      <Switch checked={on} onCheckedChange={set} /> {label}
    </label>
  )
}

function save(text: string, name: string) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }))
  const link = document.createElement("a")
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
