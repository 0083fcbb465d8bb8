import { lazyRouteComponent } from "@tanstack/react-router"
import { linkIsCut } from "~/api/events"
import { Problem } from "~/api/problem"

/**
 * A page in a file of its own. Without a connection that is what is told: the router would take the file for one that is
 * gone and load everything anew, of which nothing would come.
 */
export const pageLazy: typeof lazyRouteComponent = (importer, name) =>
  lazyRouteComponent(() => importer().catch(failed), name)

function failed(error: unknown): never {
  throw linkIsCut() ? new Problem(0, {}) : error
}
