import { sentence } from "~/util/sentence"
import type { ProblemBody } from "./types"

/** Why a request was not answered as it was asked. */
export class Problem extends Error {
  override name = "Problem"
  /** 0: no answer at all, the server could not be reached. */
  readonly status: number
  /** The last word of the problem's URN, e.g. `name-taken`; `offline` where nothing answered. */
  readonly word: string
  readonly title: string
  readonly detail: string | undefined
  readonly fields: { field: string; message: string }[]
  readonly requestId: string | undefined
  /** How long the server wants to be left alone. */
  readonly retryAfter: number | undefined

  constructor(status: number, body: Partial<ProblemBody>, retryAfter?: number) {
    super(body.detail ?? body.title ?? `The server answered ${status}`)
    this.status = status
    this.word = body.type?.split(":").at(-1) ?? (status === 0 ? "offline" : String(status))
    this.title = body.title ?? ""
    this.detail = body.detail
    this.fields = body.errors ?? []
    this.requestId = body.requestId ?? undefined
    this.retryAfter = retryAfter
  }
}

export interface Told {
  title: string
  detail: string
  /** Whether asking again, unchanged, may help. */
  retry: boolean
}

/** Each refusal in words for a shop owner. The server's own words win where it knows more than the status says. */
export function problemTell(error: unknown): Told {
  if (!(error instanceof Problem)) {
    return {
      title: "This page has a fault",
      detail: "Reload the page. If it stays, tell us what you did.",
      retry: false,
    }
  }
  const { retryAfter } = error
  const detail = error.detail && sentence(error.detail)
  switch (error.status) {
    case 0:
      return { title: "No connection", detail: "The platform cannot be reached. Check your network.", retry: true }
    case 401:
      if (error.word === "wrong-credentials") {
        return { title: "E-mail or password is wrong", detail: "Check both and try again.", retry: false }
      }
      return { title: "Your session has ended", detail: "Sign in to go on where you were.", retry: false }
    case 403:
      if (error.word === "cross-site") {
        return { title: "The request was stopped", detail: detail ?? "It did not come from this page.", retry: false }
      }
      return { title: "You may not do this", detail: detail ?? "Ask an administrator of the platform.", retry: false }
    case 404:
      return { title: "Not found", detail: detail ?? "It does not exist, or was deleted.", retry: false }
    case 409:
      return { title: error.title || "This clashes with something", detail: detail ?? "", retry: false }
    case 422:
      return { title: "Some of this can't be accepted", detail: fieldsTold(error) || detail || "", retry: false }
    case 429:
      return { title: "Too many requests", detail: `Wait ${seconds(retryAfter)}, then try again.`, retry: true }
    case 503:
      return {
        title: "The platform is busy coming back",
        detail: `${detail ?? "Its database or cluster is away."} Try again in ${seconds(retryAfter)}.`,
        retry: true,
      }
    default:
      return {
        title: error.status >= 500 ? "The platform has a fault" : error.title || "The request was refused",
        detail: error.status >= 500 ? "It is not your doing, and is in the platform's log." : (detail ?? ""),
        retry: error.status >= 500,
      }
  }
}

function fieldsTold(error: Problem): string {
  return error.fields.map(({ field, message }) => sentence(`${field} ${message}`)).join(" ")
}

function seconds(count: number | undefined): string {
  if (count === undefined) return "a few seconds"
  return count === 1 ? "a second" : `${count} seconds`
}
