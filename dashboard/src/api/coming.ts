// What the API gains next, by hand until its specification has it; then the generated type and call take its place.
import { storeFetch } from "./runtime"

/** Single use, good for a minute. */
export interface LoginLink {
  url: string
  expiresAt: string
}

export async function loginLinkMake(store: string): Promise<LoginLink> {
  return (await storeFetch(store, "login-link", { method: "POST" })).json() as Promise<LoginLink>
}
