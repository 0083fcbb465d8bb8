/** Which log, and what is looked for in it: a link to it shows the same. */
export interface LogsSearch {
  component?: string
  q?: string
}

export function logsSearch({ component, q }: Record<string, unknown>): LogsSearch {
  const found: LogsSearch = {}
  if (typeof component === "string" && component !== "") found.component = component
  if ((typeof q === "string" && q !== "") || typeof q === "number") found.q = String(q)
  return found
}
