import { expect, test } from "vitest"
import { messageReader } from "~/api/log-stream"
import { KEPT, linesAdd, linesBefore, linesFind, pieces } from "~/pages/store/logs/log-lines"

const STREAM = [
  ": the stream is open\n\n",
  'event: line\ndata: {"line":"a: b"}\n\n',
  'event: line\r\ndata: {"line":"größer"}\r\n\r\n',
  "event: end\ndata: {}\n\n",
].join("")
const MESSAGES = [
  { event: "line", data: '{"line":"a: b"}' },
  { event: "line", data: '{"line":"größer"}' },
  { event: "end", data: "{}" },
]

test("messages are the same wherever the network cuts the stream", () => {
  for (let first = 0; first <= STREAM.length; first++) {
    for (const second of [first, Math.min(first + 1, STREAM.length), Math.min(first + 7, STREAM.length)]) {
      const read = messageReader()
      const parts = [STREAM.slice(0, first), STREAM.slice(first, second), STREAM.slice(second)]
      expect(parts.flatMap(read), `cut at ${first} and ${second}`).toEqual(MESSAGES)
    }
  }
})

const at = (second: number) => `2026-11-23T21:00:0${second}Z`
const held = linesAdd(
  [],
  [1, 2, 3].map((second) => ({ at: at(second), line: `line ${second}` })),
)

test("a stream that begins again with lines of the past makes none of them twice", () => {
  expect(linesBefore(held, { at: at(2), line: "line 2" }).map(({ line }) => line)).toEqual(["line 1"])
  expect(linesBefore(held, { at: at(9), line: "line 9" })).toEqual(held)
  expect(linesBefore(held, { line: "without a time" })).toEqual([])
})

test("a terminal's colours are left out, and the oldest lines go first", () => {
  expect(linesAdd([], [{ line: "\u001b[31mred\u001b[0m" }])[0]?.line).toBe("red")
  const many = linesAdd(
    held,
    Array.from({ length: KEPT }, (_, index) => ({ line: String(index) })),
  )
  expect(many.length).toBe(KEPT)
  expect(many[0]?.line).toBe("0")
})

test("what is looked for is found in any case, and marked where it stands", () => {
  expect(linesFind(held, " LINE 2 ").map(({ line }) => line)).toEqual(["line 2"])
  expect(pieces("GET /shop GET", "get")).toEqual(["", "GET", " /shop ", "GET", ""])
  expect(pieces("as it is", "")).toEqual(["as it is"])
})
