import { Monitor, Moon, Sun } from "lucide-react"
import { buttonClass } from "~/ui/Button"
import { Menu, MenuChoice } from "~/ui/Menu"
import { type Theme, themeSet, useTheme } from "~/util/theme"

const THEMES: { value: Theme; label: string; icon: React.ReactNode }[] = [
  { value: "system", label: "As the system", icon: <Monitor aria-hidden /> },
  { value: "light", label: "Light", icon: <Sun aria-hidden /> },
  { value: "dark", label: "Dark", icon: <Moon aria-hidden /> },
]

export function ThemeMenu() {
  const theme = useTheme()
  const shown = THEMES.find(({ value }) => value === theme)
  return (
    <Menu
      trigger={
        <button type="button" aria-label="Theme" className={buttonClass("ghost", "md", "w-9 px-0 [&>svg]:size-4")}>
          {shown?.icon}
        </button>
      }
    >
      <MenuChoice label="Theme" value={theme} choices={THEMES} onChange={themeSet} />
    </Menu>
  )
}
