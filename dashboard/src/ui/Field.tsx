import { CircleAlert } from "lucide-react"
import { type ReactNode, useId } from "react"
import { cx } from "~/util/class"

/** What the control of a field must carry so that label, description and error belong to it. */
export interface ControlProps {
  id: string
  "aria-describedby": string | undefined
  "aria-invalid": true | undefined
}

interface Props {
  label: ReactNode
  description?: ReactNode
  error?: string
  /** Said behind the label; what is not marked is required. */
  optional?: boolean
  className?: string
  children: (control: ControlProps) => ReactNode
}

export function Field({ label, description, error, optional, className, children }: Props) {
  const id = useId()
  const descriptionId = `${id}-description`
  const errorId = `${id}-error`
  const described = cx(description !== undefined && descriptionId, error !== undefined && errorId)
  return (
    <div className={cx("flex flex-col gap-1.5", className)}>
      <label htmlFor={id} className="font-medium">
        {label}
        {optional && <span className="text-soft font-normal"> (optional)</span>}
      </label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error !== undefined || undefined })}
      {description !== undefined && (
        <div id={descriptionId} className="text-soft text-xs">
          {description}
        </div>
      )}
      {/* Always there, so that what is put in is read out. */}
      <div aria-live="polite">
        {error !== undefined && (
          <p id={errorId} className="text-danger flex items-start gap-1.5 text-xs">
            <CircleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
            {error}
          </p>
        )}
      </div>
    </div>
  )
}
