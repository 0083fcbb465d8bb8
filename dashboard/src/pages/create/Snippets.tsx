import { useState } from "react"
import { configGet } from "~/api/config"
import type { CreateStore } from "~/api/types"
import { CodeBlock } from "~/ui/CodeBlock"
import { Tabs } from "~/ui/Tabs"
import { curlSnippet, storectlSnippet } from "./commands"

type Tool = "storectl" | "curl"

/** The form as a command: what is done here can be done again by a script. */
export function Snippets({ request, idempotencyKey }: { request: CreateStore; idempotencyKey: string }) {
  const [tool, setTool] = useState<Tool>("storectl")
  const api = new URL(configGet().apiUrl, location.origin).href
  return (
    <Tabs
      label="The same by command line"
      value={tool}
      onChange={setTool}
      tabs={[
        {
          value: "storectl",
          label: "storectl",
          panel: <CodeBlock code={storectlSnippet(request)} what="the command" />,
        },
        {
          value: "curl",
          label: "curl",
          panel: <CodeBlock code={curlSnippet(request, api, idempotencyKey)} what="the command" />,
        },
      ]}
    />
  )
}
