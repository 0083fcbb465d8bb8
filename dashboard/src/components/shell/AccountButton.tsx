import { lazy } from "react"
import { useSession } from "~/api/session"
import { HeaderMenu } from "./HeaderMenu"

const load = () => import("./AccountMenu")
const AccountMenu = lazy(load)

export function AccountButton() {
  const { name } = useSession()
  return (
    <HeaderMenu label="Account" load={load} body={AccountMenu}>
      <span
        aria-hidden
        className="bg-accent-wash text-accent grid size-7 place-items-center rounded-full text-xs font-semibold uppercase"
      >
        {name.slice(0, 1)}
      </span>
    </HeaderMenu>
  )
}
