import { type LogLine, storeFetch } from "./runtime"

interface LogQuery {
  store: string
  component: string
  /** How many lines of the past come first. */
  tail: number
}

/** How a stream of lines came to its end: the program ended, or the connection did. */
export type LogEnd = "ended" | "cut"

/**
 * A log's lines as they are written, in bunches as they arrive. By fetch, because an EventSource hides why it was
 * refused and begins again from the tail on its own.
 */
export async function logFollow(
  { store, component, tail }: LogQuery,
  signal: AbortSignal,
  onOpen: () => void,
  onLines: (lines: LogLine[]) => void,
): Promise<LogEnd> {
  const query = new URLSearchParams({ component, tail: String(tail), follow: "true" })
  const response = await storeFetch(store, `logs?${query}`, { headers: { accept: "text/event-stream" }, signal })
  if (!response.body) throw new Error("the log has no body")
  onOpen()
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  const messages = messageReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return "cut"
      const lines: LogLine[] = []
      let ended = false
      for (const { event, data } of messages(value)) {
        if (event === "line") lines.push(JSON.parse(data) as LogLine)
        if (event === "end") ended = true
      }
      if (lines.length > 0) onLines(lines)
      if (ended) return "ended"
    }
  } catch (error) {
    if (signal.aborted) throw error
    return "cut"
  }
}

/** The last lines as text, for a file. */
export async function logText({ store, component, tail }: LogQuery): Promise<string> {
  const query = new URLSearchParams({ component, tail: String(tail) })
  return (await storeFetch(store, `logs?${query}`, { headers: { accept: "text/plain" } })).text()
}

interface Message {
  event: string
  data: string
}

/** Takes a stream's text piece by piece; gives the messages that are whole. */
export function messageReader(): (piece: string) => Message[] {
  let rest = ""
  return (piece) => {
    // A CR at a piece's end may be half of a CRLF.
    const text = (rest + piece).replace(/\r\n/g, "\n")
    const whole = text.split("\n\n")
    rest = whole.pop() ?? ""
    return whole.map(messageParse).filter(({ event, data }) => event !== "message" || data !== "")
  }
}

function messageParse(text: string): Message {
  let event = "message"
  const data: string[] = []
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":")
    if (colon <= 0) continue
    const value = line.slice(colon + 1).replace(/^ /, "")
    if (line.startsWith("event:")) event = value
    if (line.startsWith("data:")) data.push(value)
  }
  return { event, data: data.join("\n") }
}
