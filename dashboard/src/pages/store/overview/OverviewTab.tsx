import type { FC } from "react"
import type { Phase } from "~/api/types"
import { useShownStore } from "../store-context"
import { Deleted } from "./Deleted"
import { Deleting } from "./Deleting"
import { Facts } from "./Facts"
import { Failed } from "./Failed"
import { Progress } from "./Progress"
import { Sold } from "./Sold"

/** What an owner wants to know first, by how far the store is. Exhaustive: a new phase does not build without its view. */
const VIEWS: Record<Phase, FC> = {
  requested: Progress,
  provisioning: Progress,
  proving: Progress,
  ready: Sold,
  failed: Failed,
  deleting: Deleting,
  deleted: Deleted,
}

export function OverviewTab() {
  const View = VIEWS[useShownStore().phase]
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="grid min-w-0 gap-5">
        <View />
      </div>
      <Facts />
    </div>
  )
}
