import type { CreateStore } from "~/api/types"

/** For a POSIX shell: whatever is within single quotes stands for itself. */
function quoted(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** The same request by curl; the token comes from the environment, where it is in nobody's history. */
export function curlSnippet(body: CreateStore, api: string, idempotencyKey: string): string {
  return [
    `curl ${quoted(`${api}/v1/stores`)}`,
    `  -H "Authorization: Bearer $STORECTL_TOKEN"`,
    `  -H ${quoted(`Idempotency-Key: ${idempotencyKey}`)}`,
    `  --json ${quoted(JSON.stringify(body))}`,
  ].join(" \\\n")
}

/** The same request by the command line tool. Destructured whole: a field that the API gains must be noticed here. */
export function storectlSnippet(body: CreateStore): string {
  const { name, engine, plan, title, adminEmail, currency, country, sampleProducts, ...rest } = body
  rest satisfies Record<string, never>
  const options: [string, string | null | undefined][] = [
    ["--engine", engine],
    ["--plan", plan],
    ["--title", title],
    ["--admin-email", adminEmail],
    ["--currency", currency],
    ["--country", country],
  ]
  const lines = [`storectl store create ${quoted(name || "NAME")}`]
  for (const [option, value] of options) if (value) lines.push(`  ${option} ${quoted(value)}`)
  if (sampleProducts === false) lines.push("  --no-sample-products")
  return lines.join(" \\\n")
}
