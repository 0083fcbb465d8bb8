import { Monitor, Moon, Sun } from "lucide-react"
import { lazy } from "react"
import { type Theme, useTheme } from "~/util/theme"
import { HeaderMenu } from "./HeaderMenu"

const ICONS: Record<Theme, typeof Sun> = { system: Monitor, light: Sun, dark: Moon }
const load = () => import("./ThemeMenu")
const ThemeMenu = lazy(load)

export function ThemeButton() {
  const Icon = ICONS[useTheme()]
  return (
    <HeaderMenu label="Theme" load={load} body={ThemeMenu}>
      <Icon aria-hidden />
    </HeaderMenu>
  )
}
