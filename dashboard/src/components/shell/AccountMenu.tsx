import { useNavigate } from "@tanstack/react-router"
import { KeyRound, LogOut, User, Users } from "lucide-react"
import { useSession } from "~/api/session"
import { useSignOut } from "~/api/sign-out"
import { buttonClass } from "~/ui/Button"
import { Menu, MenuItem, MenuSeparator } from "~/ui/Menu"

export function AccountMenu() {
  const session = useSession()
  const navigate = useNavigate()
  const signOut = useSignOut()
  return (
    <Menu
      trigger={
        <button type="button" aria-label="Account" className={buttonClass("ghost", "md", "w-9 px-0")}>
          <span
            aria-hidden
            className="bg-accent-wash text-accent grid size-7 place-items-center rounded-full text-xs font-semibold uppercase"
          >
            {session.name.slice(0, 1)}
          </span>
        </button>
      }
    >
      <div className="px-2.5 py-1.5">
        <div className="font-medium break-all">{session.name}</div>
        <div className="text-soft text-xs">{session.role === "admin" ? "Administrator" : "Viewer"}</div>
      </div>
      <MenuSeparator />
      <MenuItem onClick={() => navigate({ to: "/settings/account" })}>
        <User aria-hidden /> Account
      </MenuItem>
      <MenuItem onClick={() => navigate({ to: "/settings/tokens" })}>
        <KeyRound aria-hidden /> API tokens
      </MenuItem>
      {session.role === "admin" && (
        <MenuItem onClick={() => navigate({ to: "/settings/accounts" })}>
          <Users aria-hidden /> People
        </MenuItem>
      )}
      <MenuSeparator />
      <MenuItem onClick={() => signOut.mutate()}>
        <LogOut aria-hidden /> Sign out
      </MenuItem>
    </Menu>
  )
}
