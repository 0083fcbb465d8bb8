import { Monitor, Moon, Sun } from "lucide-react"
import type { ReactNode } from "react"
import { MenuChoice, MenuPopup, type PopupProps } from "~/ui/Menu"
import { type Theme, themeSet, useTheme } from "~/util/theme"

const THEMES: { value: Theme; label: string; icon: ReactNode }[] = [
  { value: "system", label: "As the system", icon: <Monitor aria-hidden /> },
  { value: "light", label: "Light", icon: <Sun aria-hidden /> },
  { value: "dark", label: "Dark", icon: <Moon aria-hidden /> },
]

export default function ThemeMenu(popup: PopupProps) {
  return (
    <MenuPopup {...popup}>
      <MenuChoice label="Theme" value={useTheme()} choices={THEMES} onChange={themeSet} />
    </MenuPopup>
  )
}
