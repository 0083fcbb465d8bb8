import createClient, { type Middleware } from "openapi-fetch"
import { configGet } from "./config"
import { keys } from "./keys"
import { Problem } from "./problem"
import { queryClient } from "./query-client"
import type { paths } from "./schema"
import { sessionEnded } from "./session-end"
import type { ProblemBody } from "./types"

/** Every refusal becomes a thrown `Problem`, so that callers only meet answers. */
const refusals: Middleware = {
  async onResponse({ response, schemaPath, request }) {
    if (response.ok) return
    const problem = await problemRead(response)
    // A wrong password is an answer to the sign-in form; any other 401 says that the session is over.
    if (response.status === 401 && !(schemaPath === "/api/v1/session" && request.method === "POST")) sessionEnded()
    // The role was taken away while the page was open: what may not be done any more shall not be offered.
    if (problem.word === "forbidden") void queryClient.invalidateQueries({ queryKey: keys.session })
    throw problem
  },
  onError() {
    return new Problem(0, {})
  },
}

let client: ReturnType<typeof createClient<paths>> | undefined

export function api() {
  if (!client) {
    // The paths of the specification begin with /api, as does the configured address.
    client = createClient<paths>({ baseUrl: configGet().apiUrl.replace(/\/api$/, "") })
    client.use(refusals)
  }
  return client
}

/** The body of an answer that has one; the middleware threw where there was a refusal. */
export async function answer<T>(request: Promise<{ data?: T }>): Promise<T> {
  const { data } = await request
  if (data === undefined) throw new Error("the answer has no body")
  return data
}

export async function problemRead(response: Response): Promise<Problem> {
  const after = Number(response.headers.get("retry-after") ?? Number.NaN)
  const body = await response.json().catch(() => ({}))
  return new Problem(response.status, (body ?? {}) as Partial<ProblemBody>, Number.isFinite(after) ? after : undefined)
}
