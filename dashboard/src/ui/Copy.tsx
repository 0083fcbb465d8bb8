import { Check, Copy as CopyIcon } from "lucide-react"
import { useEffect, useState } from "react"
import { announce } from "./announce"
import { IconButton } from "./Button"

/** Puts `value` on the clipboard and says so. `what` names it: "Copy the password". */
export function Copy({ value, what, className }: { value: string; what: string; className?: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 2000)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value)
      setCopied(true)
      announce(`Copied ${what}`)
    } catch {
      announce(`The browser did not allow copying ${what}; select it and copy by hand`)
    }
  }
  return (
    <IconButton label={copied ? "Copied" : `Copy ${what}`} className={className} onClick={copy}>
      {copied ? <Check aria-hidden /> : <CopyIcon aria-hidden />}
    </IconButton>
  )
}
