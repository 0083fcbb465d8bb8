import { useNavigate } from "@tanstack/react-router"
import {
  ExternalLink,
  Keyboard,
  KeyRound,
  ListTree,
  LogIn,
  LogOut,
  Monitor,
  Moon,
  Plus,
  RotateCw,
  Store as StoreIcon,
  Sun,
  Trash2,
  User,
  Users,
} from "lucide-react"
import type { ReactNode } from "react"
import { useSession } from "~/api/session"
import { mayCreate, storeCan, whyNot } from "~/api/store-can"
import { helpOpen } from "~/components/help/HelpHost"
import { useSignOutHere } from "~/components/shell/SignOut"
import { TABS } from "~/pages/store/tabs"
import { themeSet } from "~/util/theme"
import { useStoreShown } from "./store-shown"

export interface Command {
  id: string
  group: string
  label: string
  /** Other words that find it. */
  also?: string
  icon: ReactNode
  /** Why it can't be done now; it is shown all the same. */
  why?: string
  run: () => void
}

/** Everything that can be done from anywhere, and with the store that is shown. */
export function useCommands(): Command[] {
  return [...useStoreCommands(), ...useGeneralCommands()]
}

function useStoreCommands(): Command[] {
  const navigate = useNavigate()
  const session = useSession()
  const shown = useStoreShown()
  if (!shown) return []
  const { store, address, actions } = shown
  const group = store.title
  return [
    {
      id: "store-open",
      group,
      label: "Open store",
      also: "visit shop",
      icon: <ExternalLink aria-hidden />,
      why: whyNot(storeCan.open(store, session)),
      run: () => void open(store.url, "_blank", "noopener,noreferrer"),
    },
    {
      id: "store-log-in",
      group,
      label: "Log in to admin",
      also: "sign in",
      icon: <LogIn aria-hidden />,
      why: whyNot(storeCan.logIn(store, session)),
      run: actions.logIn,
    },
    {
      id: "store-retry",
      group,
      label: "Retry",
      also: "try again",
      icon: <RotateCw aria-hidden />,
      why: whyNot(storeCan.retry(store, session)),
      run: actions.retry,
    },
    ...TABS.map(({ to, label }) => ({
      id: `store-${to}`,
      group,
      label: `Show ${label.toLowerCase()}`,
      icon: <ListTree aria-hidden />,
      run: () => void navigate({ to, params: { store: address } }),
    })),
    {
      id: "store-delete",
      group,
      label: "Delete…",
      also: "remove",
      icon: <Trash2 aria-hidden />,
      why: whyNot(storeCan.delete(store, session)),
      run: actions.delete,
    },
  ]
}

function useGeneralCommands(): Command[] {
  const navigate = useNavigate()
  const session = useSession()
  const signOut = useSignOutHere()
  const group = "Go to"
  const commands: Command[] = [
    {
      id: "stores",
      group,
      label: "Stores",
      also: "list home",
      icon: <StoreIcon aria-hidden />,
      run: () => void navigate({ to: "/" }),
    },
    {
      id: "create",
      group,
      label: "Create a store",
      also: "new add",
      icon: <Plus aria-hidden />,
      why: whyNot(mayCreate(session)),
      run: () => void navigate({ to: "/new" }),
    },
    {
      id: "account",
      group,
      label: "Settings: account",
      also: "password",
      icon: <User aria-hidden />,
      run: () => void navigate({ to: "/settings/account" }),
    },
    {
      id: "tokens",
      group,
      label: "Settings: API tokens",
      icon: <KeyRound aria-hidden />,
      run: () => void navigate({ to: "/settings/tokens" }),
    },
  ]
  if (session.role === "admin") {
    commands.push({
      id: "accounts",
      group,
      label: "Settings: people",
      also: "accounts users",
      icon: <Users aria-hidden />,
      run: () => void navigate({ to: "/settings/accounts" }),
    })
  }
  const other = "Other"
  const theme = (label: string, icon: ReactNode, value: "light" | "dark" | "system"): Command => ({
    id: `theme-${value}`,
    group: other,
    label: `Theme: ${label}`,
    also: "appearance colour mode",
    icon,
    run: () => themeSet(value),
  })
  commands.push(
    theme("light", <Sun aria-hidden />, "light"),
    theme("dark", <Moon aria-hidden />, "dark"),
    theme("as the system", <Monitor aria-hidden />, "system"),
    {
      id: "help",
      group: other,
      label: "Keyboard shortcuts",
      also: "help ?",
      icon: <Keyboard aria-hidden />,
      run: helpOpen,
    },
    {
      id: "sign-out",
      group: other,
      label: "Sign out",
      also: "log out leave",
      icon: <LogOut aria-hidden />,
      run: signOut.mutate,
    },
  )
  return commands
}
