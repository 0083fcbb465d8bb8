import { execFileSync } from "node:child_process"
import { expect, test } from "vitest"
import { curlSnippet, storectlSnippet } from "~/pages/create/commands"
import { createRequest, EMPTY } from "~/pages/create/form"

/** What a real shell makes of a command: its words, one a line. */
function words(command: string): string[] {
  const program = `curl() { printf '%s\\0' curl "$@"; }; storectl() { printf '%s\\0' storectl "$@"; }; ${command}`
  const env = { STORECTL_TOKEN: "the-token" }
  return execFileSync("/bin/sh", ["-c", program], { encoding: "utf8", env }).split("\0").slice(0, -1)
}

const NASTY = `It's $HOME \`id\` "quoted" \\ ! * ; rm -rf / && ünï`
const request = createRequest(
  { ...EMPTY, label: "Cups & Mugs", title: NASTY, country: "US", state: "ca" },
  "woocommerce",
)

test("curl sends the request itself, whatever stands in it", () => {
  const sent = words(curlSnippet(request, "https://dashboard.example.com/api", "a-key"))
  expect(sent.slice(0, 2)).toEqual(["curl", "https://dashboard.example.com/api/v1/stores"])
  expect(sent).toContain("Authorization: Bearer the-token")
  expect(sent).toContain("Idempotency-Key: a-key")
  expect(JSON.parse(sent.at(-1) ?? "")).toEqual(request)
})

test("storectl is given each field as one word", () => {
  expect(words(storectlSnippet({ ...request, sampleProducts: false }))).toEqual([
    ...["storectl", "store", "create", "cups-mugs", "--engine", "woocommerce", "--plan", "small", "--title", NASTY],
    ...["--country", "US:CA", "--no-sample-products"],
  ])
})

test("the request leaves out what the platform would take anyway", () => {
  expect(createRequest({ ...EMPTY, label: "cups" }, "medusa")).toEqual({
    name: "cups",
    engine: "medusa",
    plan: "small",
  })
})

test("only WooCommerce is told a state", () => {
  expect(createRequest({ ...EMPTY, label: "cups", country: "US", state: "CA" }, "medusa").country).toBe("US")
})
