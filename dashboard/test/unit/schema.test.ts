import { readFileSync } from "node:fs"
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript"
import { expect, test } from "vitest"

test("the committed client is that of the specification; `npm run api` writes it anew", async () => {
  const specification = new URL("../../../docs/openapi.json", import.meta.url)
  const made = `${COMMENT_HEADER}${astToString(await openapiTS(specification))}`
  const committed = readFileSync(new URL("../../src/api/schema.d.ts", import.meta.url), "utf8")
  expect(committed).toBe(made)
})
