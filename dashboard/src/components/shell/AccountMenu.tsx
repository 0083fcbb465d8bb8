import { useNavigate } from "@tanstack/react-router"
import { KeyRound, LogOut, User, Users } from "lucide-react"
import { useSession } from "~/api/session"
import { MenuItem, MenuPopup, MenuSeparator, type PopupProps } from "~/ui/Menu"
import { useSignOutHere } from "./SignOut"

export default function AccountMenu(popup: PopupProps) {
  const session = useSession()
  const navigate = useNavigate()
  const signOut = useSignOutHere()
  return (
    <MenuPopup {...popup}>
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
    </MenuPopup>
  )
}
